// Time as values. Policies receive `now` as an argument and never read a clock, so the same code
// runs in the data path, in `explain` and in tests whose clock is moved by hand.
#pragma once

#include <chrono>
#include <cstdint>

namespace spillway {

/// Monotonic clock used for every interval and deadline. Only net, proxy, admin and app call
/// `now()`.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

/// Wall-clock time: for log lines and HTTP dates only, never for intervals (it may step).
using WallTime = std::chrono::system_clock::time_point;

/// "No deadline": later than every other time point.
inline constexpr TimePoint never = TimePoint::max();

/// Time points as they are kept inside values that have to fit into 16 bytes.
[[nodiscard]] constexpr std::int64_t to_ns(TimePoint at) noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}
[[nodiscard]] constexpr TimePoint from_ns(std::int64_t ns) noexcept {
    return TimePoint(std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(ns)));
}

}  // namespace spillway
