#include "identity/key_schedule.hpp"

#include <algorithm>

namespace spillway {
namespace {

using std::chrono::seconds;

// Replicas that started together shall not ask together.
constexpr double jitter = 0.1;
constexpr Duration retry_base = seconds(2);
constexpr Duration retry_max = seconds(60);
constexpr std::uint32_t doublings_max = 5;
// A server that wants to be left alone for longer is asked all the same.
constexpr Duration retry_after_max = std::chrono::minutes(5);

Duration scaled(Duration whole, double by) noexcept {
    return std::chrono::duration_cast<Duration>(whole * by);
}

}  // namespace

void KeySchedule::fetched(TimePoint now, Rng& rng) noexcept {
    failures_ = 0;
    due_ = now + scaled(refresh_every, 1.0 - jitter * rng.unit());
}

void KeySchedule::failed(std::optional<Duration> retry_after, TimePoint now, Rng& rng) noexcept {
    ++failures_;
    Duration wait = std::min(retry_base * (1 << std::min(failures_ - 1, doublings_max)), retry_max);
    if (retry_after) { wait = std::max(wait, std::min(*retry_after, retry_after_max)); }
    due_ = now + scaled(wait, 1.0 + jitter * rng.unit());
}

void KeySchedule::unknown_key(TimePoint now) noexcept {
    if (failures_ > 0) { return; }
    const bool first = asked_at_ == TimePoint::min();
    const TimePoint soonest = first ? now : std::max(now, asked_at_ + unknown_keys_every);
    if (soonest >= due_) { return; }
    due_ = soonest;
    asked_at_ = soonest;
}

}  // namespace spillway
