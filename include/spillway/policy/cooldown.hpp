// A provider that says "come back later" is believed and left alone until then; it is not broken,
// so the breaker never hears of it. A value of 16 bytes, shared like Breaker.
#pragma once

#include "spillway/time.hpp"

#include <cstdint>
#include <optional>

namespace spillway {

struct CooldownParams {
    Duration base = std::chrono::seconds(1);  ///< without a hint: doubled per throttle in a row
    Duration cap = std::chrono::seconds(60);  ///< longest hint believed (86400 s occurs:
                                              ///< azure-protocol §3.5)

    friend bool operator==(const CooldownParams&, const CooldownParams&) = default;
};

class Cooldown {
public:
    /// End of the latest cool-down, passed or not; TimePoint{} when there was none.
    [[nodiscard]] TimePoint until() const noexcept;
    [[nodiscard]] bool cooling(TimePoint now) const noexcept;
    /// A throttle arrived: `hint` is clamped to [1 ms, cap]; none means base * 2^k, k being the
    /// throttles without a hint since the last success. Never shortens a running cool-down, and
    /// throttles without a hint that arrive during one are part of it.
    void throttled(std::optional<Duration> hint, const CooldownParams& params,
                   TimePoint now) noexcept;
    /// A 503 named a time: left alone like a throttled one, but what callers are told is that it is
    /// unavailable, not that a limit is used up. `hint` as above.
    void unavailable(Duration hint, const CooldownParams& params, TimePoint now) noexcept;
    /// What the latest cool-down was about.
    [[nodiscard]] bool is_about_a_limit() const noexcept { return unavailable_ == 0; }
    /// A success ends the doubling, not a running cool-down.
    void succeeded() noexcept;
    /// True when `succeeded()` would change nothing.
    [[nodiscard]] bool untroubled() const noexcept { return strikes_ == 0; }

    friend bool operator==(const Cooldown&, const Cooldown&) = default;

private:
    std::int64_t until_ns_ = 0;
    std::int32_t strikes_ = 0;
    std::int32_t unavailable_ = 0;  // not a bool: padding would make copies differ
};
static_assert(sizeof(Cooldown) == 16);

}  // namespace spillway
