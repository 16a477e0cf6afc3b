// Which events may be written now: at most one per second of the same kind. A value, so that the
// rule can be tested by hand-held time; event_log.cpp guards it.
#pragma once

#include "spillway/time.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

class EventThrottle {
public:
    static constexpr Duration interval = std::chrono::seconds(1);
    /// Kinds remembered; above it the oldest is forgotten, so that names cannot fill the memory.
    static constexpr std::size_t kinds_max = 256;

    /// None: keep silent. Otherwise write, and say how many of this kind were kept silent since the
    /// last.
    [[nodiscard]] std::optional<std::uint64_t> admit(std::string_view kind, TimePoint now);

private:
    struct Kind {
        TimePoint written_at{};
        std::uint64_t suppressed = 0;
    };
    void forget_the_oldest();

    std::map<std::string, Kind, std::less<>> kinds_;
};

}  // namespace spillway
