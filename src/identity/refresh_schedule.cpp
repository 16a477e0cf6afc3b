#include "identity/refresh_schedule.hpp"

#include <algorithm>

namespace spillway {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// azure-protocol.md §2.5: tokens of two hours and more at half their life, others five minutes
// before their end.
constexpr Duration long_life = hours(2);
constexpr Duration lead = minutes(5);
// Replicas that started together shall not ask together.
constexpr double jitter = 0.1;
// A request on its way when the token ends would be refused.
constexpr Duration margin_max = seconds(5);

// §2.2, Microsoft's table for IMDS: about 2, 4, 8 ... seconds between tries, at most 60.
constexpr Duration retry_base = seconds(2);
constexpr Duration retry_max = seconds(60);
constexpr std::uint32_t doublings_max = 5;
// MSAL: 410 every ten seconds; IMDS is back within 70 s.
constexpr Duration upgrade_wait = seconds(10);
constexpr std::uint32_t upgrade_tries = 7;
// A role or a federated credential that is missing comes with somebody's next change.
constexpr Duration refused_wait = seconds(30);
// A server that wants to be left alone for longer is asked all the same.
constexpr Duration retry_after_max = minutes(5);

Duration scaled(Duration whole, double by) noexcept {
    return std::chrono::duration_cast<Duration>(whole * by);
}

Duration refresh_after(const RefreshSchedule::Fetched& token) noexcept {
    const Duration half = token.lifetime / 2;
    if (token.refresh_in) {
        return std::min(*token.refresh_in, token.lifetime - token.lifetime / 8);
    }
    return token.lifetime >= long_life ? half : std::max(half, token.lifetime - lead);
}

}  // namespace

void RefreshSchedule::fetched(const Fetched& token, TimePoint now, Rng& rng) noexcept {
    failures_ = 0;
    fetched_at_ = now;
    usable_until_ = now + token.lifetime - std::min(margin_max, token.lifetime / 10);
    const Duration after = refresh_after(token);
    const Duration spread = std::min(after, token.lifetime - after);
    due_ = now + after - scaled(spread, jitter * rng.unit());
}

void RefreshSchedule::failed(const Failed& failure, TimePoint now, Rng& rng) noexcept {
    ++failures_;
    Duration wait = std::min(retry_base * (1 << std::min(failures_ - 1, doublings_max)), retry_max);
    if (failure.trouble == TokenTrouble::refused) { wait = refused_wait; }
    if (failure.upgrading && failures_ <= upgrade_tries) { wait = upgrade_wait; }
    if (failure.retry_after) {
        wait = std::max(wait, std::min(*failure.retry_after, retry_after_max));
    }
    due_ = now + scaled(wait, 1.0 + jitter * rng.unit());
}

bool RefreshSchedule::refused(TimePoint now) noexcept {
    const bool just_fetched = fetched_at_ != TimePoint::min() && now - fetched_at_ < refusals_every;
    const bool just_refused = refused_at_ != TimePoint::min() && now - refused_at_ < refusals_every;
    if (just_fetched || just_refused) { return false; }
    refused_at_ = now;
    due_ = std::min(due_, now);
    return true;
}

}  // namespace spillway
