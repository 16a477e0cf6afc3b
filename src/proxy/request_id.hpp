// Ids of requests: ours, unless the caller sent one that may stand in a log and a header.
#pragma once

#include "spillway/random.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

/// One per worker.
class RequestIds {
public:
    explicit RequestIds(std::uint64_t seed) noexcept : rng_(seed) {}
    /// 32 hexadecimal digits.
    [[nodiscard]] std::string next();

private:
    Rng rng_;
};

/// 1 to 64 of [A-Za-z0-9._-]: short enough for every log, nothing to escape anywhere.
[[nodiscard]] bool is_usable_request_id(std::string_view id) noexcept;

}  // namespace spillway
