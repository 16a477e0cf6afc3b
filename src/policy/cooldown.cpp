// Believing a provider's "come back later", within bounds.
#include "spillway/policy/cooldown.hpp"

#include <algorithm>

namespace spillway {

namespace {

constexpr Duration shortest_hint = std::chrono::milliseconds(1);

Duration doubled(Duration base, std::int64_t strikes, Duration cap) noexcept {
    Duration wait = base;
    for (std::int64_t n = 0; n < strikes && wait < cap; ++n) { wait *= 2; }
    return std::min(wait, cap);
}

}  // namespace

TimePoint Cooldown::until() const noexcept { return from_ns(until_ns_); }

bool Cooldown::cooling(TimePoint now) const noexcept { return to_ns(now) < until_ns_; }

void Cooldown::throttled(std::optional<Duration> hint, const CooldownParams& params,
                         TimePoint now) noexcept {
    unavailable_ = 0;
    if (hint) {
        const Duration wait = std::max(shortest_hint, std::min(*hint, params.cap));
        until_ns_ = std::max(until_ns_, to_ns(now + wait));
        return;
    }
    // A 429 to a request that was under way when the cool-down began is the same event again: ten
    // of them must not double the wait ten times.
    if (cooling(now)) { return; }
    until_ns_ = to_ns(now + doubled(params.base, strikes_, params.cap));
    ++strikes_;
}

void Cooldown::unavailable(Duration hint, const CooldownParams& params, TimePoint now) noexcept {
    throttled(hint, params, now);
    unavailable_ = 1;
}

void Cooldown::succeeded() noexcept { strikes_ = 0; }

}  // namespace spillway
