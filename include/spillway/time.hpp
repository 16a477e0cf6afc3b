// Time as values. Policies receive `now` as an argument and never read a clock, so the same code runs
// in the data path, in `explain` and in tests whose clock is moved by hand.
#pragma once

#include <chrono>

namespace spillway {

/// Monotonic clock used for every interval and deadline. Only net, proxy, admin and app call `now()`.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

/// Wall-clock time: for log lines and HTTP dates only, never for intervals (it may step).
using WallTime = std::chrono::system_clock::time_point;

/// "No deadline": later than every other time point.
inline constexpr TimePoint never = TimePoint::max();

}  // namespace spillway
