// How a worker tells the operators' feed what happened: a bounded queue from one worker (or from
// whoever reloads the table) to the admin thread, without a lock and without waiting. Separate from
// the log, which is text for other readers, and from the counters, which cannot say who went where.
#pragma once

#include "spillway/time.hpp"
#include "telemetry/instruments.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway {

/// A name of the routing table, copied: a feed outlives the tables it tells of. A table's names
/// have at most 64 bytes; longer ones would be cut.
class ShortName {
public:
    static constexpr std::size_t bytes_max = 64;

    ShortName() = default;
    ShortName(std::string_view text) noexcept
        : size_(static_cast<std::uint8_t>(std::min(text.size(), bytes_max))) {
        std::copy_n(text.begin(), size_, bytes_.begin());
    }
    [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }
    friend bool operator==(const ShortName& a, const ShortName& b) noexcept {
        return a.view() == b.view();
    }

private:
    std::array<char, bytes_max> bytes_{};
    std::uint8_t size_ = 0;
};

struct FleetEvent {
    enum class Kind : std::uint8_t {
        failover,  ///< a request left `subject` for the deployment `to`
        gave_up,   ///< a request ended without an answer because nobody was left; `subject`: last
        breaker,   ///< that of the deployment `subject` went `from` -> `to`
        region_breaker,  ///< that of the resource `subject` went `from` -> `to`
        reloaded,        ///< the routing table `subject` (its hash) took the place of another
        reload_refused,  ///< the table before stays in use
    };
    Kind kind = Kind::failover;
    TimePoint at{};
    ShortName route;  ///< empty for a breaker's
    ShortName subject;
    ShortName to;
    std::string_view from;    ///< state of a breaker; static storage, like `reason`
    std::string_view reason;  ///< a word of ours
    int status = 0;           ///< of the answer that caused it; 0: none
};

/// One writer (the worker), one reader (the admin thread).
class EventLane {
public:
    /// Enough for the failovers of half a second in a storm; what does not fit is counted.
    static constexpr std::size_t slots = 256;

    void push(const FleetEvent& event) noexcept {
        const std::uint64_t written = written_.load(std::memory_order_relaxed);
        if (written - read_.load(std::memory_order_acquire) == slots) {
            lost_.add();
            return;
        }
        events_[written % slots] = event;
        written_.store(written + 1, std::memory_order_release);
    }
    /// False when there is nothing to take.
    [[nodiscard]] bool pop(FleetEvent& event) noexcept {
        const std::uint64_t read = read_.load(std::memory_order_relaxed);
        if (read == written_.load(std::memory_order_acquire)) { return false; }
        event = events_[read % slots];
        read_.store(read + 1, std::memory_order_release);
        return true;
    }
    /// Events that found no room, ever.
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.value(); }

private:
    std::array<FleetEvent, slots> events_;
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> read_{0};
    Counter lost_;
};

}  // namespace spillway
