// Where the hand-held clock of the policy tests starts: late enough that no rule meets the epoch,
// which the policies read as "never".
#pragma once

#include "spillway/time.hpp"

namespace spillway {

using namespace std::chrono_literals;  // NOLINT(google-global-names-in-headers): tests only

inline constexpr TimePoint t0 = TimePoint{} + 1000h;

}  // namespace spillway
