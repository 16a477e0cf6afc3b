// The state machine of breaker.hpp. Every change of state goes through `move_to`, so that the
// generation rises with it and late reports fall flat.
#include "spillway/policy/breaker.hpp"

#include <algorithm>
#include <limits>

namespace spillway {

namespace {

// One opening is forgotten per minute without another (reliability.md §2.3).
constexpr Duration healthy_minute = std::chrono::seconds(60);
// Where the ramp begins; HAProxy's slowstart, reliability.md §2.7.
constexpr double ramp_floor = 0.1;
// Fewer starts than this say nothing about speed (reliability.md §2.3).
constexpr std::uint64_t starts_min = 10;

void count_up(std::uint8_t& counter) noexcept {
    if (counter < std::numeric_limits<std::uint8_t>::max()) { ++counter; }
}

// Equal jitter: half of the doubled base for certain, the other half by lot, so that replicas that
// opened together do not probe together.
Duration jittered_wait(std::uint8_t openings, const BreakerParams& params, Rng& rng) noexcept {
    Duration full = params.open_base;
    for (std::uint8_t n = 1; n < openings && full < params.open_max; ++n) { full *= 2; }
    full = std::min(full, params.open_max);
    const double half = static_cast<double>(full.count()) / 2.0;
    return Duration(static_cast<Duration::rep>(half + rng.unit() * half));
}

bool rate_exceeded(const OutcomeCounts& counts, const BreakerParams& params) noexcept {
    const std::uint64_t volume = counts.ok + counts.failed;
    return volume >= params.min_volume &&
           static_cast<double>(counts.failed) >= params.failure_rate * static_cast<double>(volume);
}

}  // namespace

TimePoint Breaker::reopens_at() const noexcept {
    const bool waits = state_ == State::open || (state_ == State::half_open && probe_taken_);
    return waits ? from_ns(mark_ns_) : TimePoint{};
}

Breaker::Access Breaker::would_admit(TimePoint now) const noexcept {
    const bool due = to_ns(now) >= mark_ns_;
    switch (state_) {
        case State::closed: return Access::yes;
        case State::open: return due ? Access::probe : Access::no;
        case State::half_open: return !probe_taken_ || due ? Access::probe : Access::probing;
    }
    return Access::no;
}

std::optional<Breaker::Ticket> Breaker::admit(TimePoint now, const BreakerParams& params) noexcept {
    switch (would_admit(now)) {
        case Access::yes: return Ticket{generation_, false};
        case Access::probe: return begin_probe(now, params);
        case Access::no:
        case Access::probing: break;
    }
    return std::nullopt;
}

Breaker::Ticket Breaker::admit_in_panic(TimePoint now, const BreakerParams& params) noexcept {
    if (const auto ticket = admit(now, params)) { return *ticket; }
    // Shares the generation instead of taking the slot: a panic attempt per second would otherwise
    // invalidate every probe that needs longer than a second to succeed.
    return Ticket{generation_, false};
}

Breaker::Ticket Breaker::begin_probe(TimePoint now, const BreakerParams& params) noexcept {
    if (state_ == State::open) {
        move_to(State::half_open, reason_);
    } else {
        ++generation_;  // a predecessor whose lease is out must not report any more
    }
    probe_taken_ = true;
    mark_ns_ = to_ns(now + params.probe_lease);
    return Ticket{generation_, true};
}

bool Breaker::untroubled() const noexcept {
    return state_ == State::closed && run_ == 0 && local_ == 0;
}

std::optional<Breaker::Transition> Breaker::report(Ticket ticket, Effect effect,
                                                   const Evidence& evidence,
                                                   const BreakerParams& params, TimePoint now,
                                                   Rng& rng) noexcept {
    if (ticket.generation != generation_) { return std::nullopt; }
    const Moment moment{params, now, rng};
    switch (state_) {
        case State::closed: return report_closed(effect, evidence, moment);
        case State::open: return report_open(effect, moment);
        case State::half_open: return report_half_open(ticket, effect, evidence, moment);
    }
    return std::nullopt;
}

std::optional<Breaker::Transition> Breaker::report_closed(Effect effect, const Evidence& evidence,
                                                          const Moment& moment) noexcept {
    const Reason rule = rule_broken_by(effect, evidence.counts, moment.params);
    if (rule == Reason::none) { return std::nullopt; }
    return open(rule, evidence.wait_at_least, moment);
}

Breaker::Reason Breaker::rule_broken_by(Effect effect, const OutcomeCounts& counts,
                                        const BreakerParams& params) noexcept {
    switch (effect) {
        case Effect::ok:
            run_ = 0;
            local_ = 0;
            return Reason::none;
        case Effect::neutral: return Reason::none;
        case Effect::misconfigured: return Reason::misconfigured;
        case Effect::local:
            count_up(run_);
            count_up(local_);
            break;
        case Effect::hard:
            count_up(run_);
            local_ = 0;
            break;
        case Effect::soft: break;
    }
    if (local_ >= params.local_failures) { return Reason::local; }
    if (run_ >= params.consecutive_failures) { return Reason::consecutive; }
    return rate_exceeded(counts, params) ? Reason::rate : Reason::none;
}

// Only a panic attempt still carries the generation of an open breaker.
std::optional<Breaker::Transition> Breaker::report_open(Effect effect,
                                                        const Moment& moment) noexcept {
    if (effect != Effect::ok) { return std::nullopt; }
    const Transition opened_up = move_to(State::half_open, Reason::recovered);
    run_ = 1;
    const auto closed = close_after(moment);
    return closed ? Transition{State::open, State::closed, closed->reason} : opened_up;
}

std::optional<Breaker::Transition> Breaker::report_half_open(Ticket ticket, Effect effect,
                                                             const Evidence& evidence,
                                                             const Moment& moment) noexcept {
    if (ticket.probe) { probe_taken_ = false; }
    switch (effect) {
        case Effect::ok: count_up(run_); return close_after(moment);
        case Effect::soft: run_ = 0; return std::nullopt;
        case Effect::neutral: return std::nullopt;
        case Effect::local:
        case Effect::hard: return open(Reason::probe_failed, evidence.wait_at_least, moment);
        case Effect::misconfigured:
            return open(Reason::misconfigured, evidence.wait_at_least, moment);
    }
    return std::nullopt;
}

std::optional<Breaker::Transition> Breaker::close_after(const Moment& moment) noexcept {
    if (run_ < moment.params.probe_successes) { return std::nullopt; }
    const Transition transition = move_to(State::closed, Reason::recovered);
    mark_ns_ = to_ns(moment.now);
    return transition;
}

std::optional<Breaker::Transition> Breaker::trip(Reason reason, const BreakerParams& params,
                                                 TimePoint now, Rng& rng) noexcept {
    if (state_ != State::closed) { return std::nullopt; }
    return open(reason, Duration::zero(), Moment{params, now, rng});
}

Breaker::Transition Breaker::open(Reason reason, Duration wait_at_least,
                                  const Moment& moment) noexcept {
    if (state_ == State::closed) {
        const auto minutes = (moment.now - from_ns(mark_ns_)) / healthy_minute;
        openings_ = static_cast<std::uint8_t>(std::max<std::int64_t>(
            0, std::int64_t{openings_} - std::max<std::int64_t>(0, minutes)));
    }
    const Transition transition = move_to(State::open, reason);
    Duration wait = moment.params.open_max;
    // A wrong key does not heal by itself: no doubling, the longest wait at once.
    if (reason != Reason::misconfigured) {
        count_up(openings_);
        wait = std::max(jittered_wait(openings_, moment.params, moment.rng), wait_at_least);
    }
    mark_ns_ = to_ns(moment.now + std::min(wait, moment.params.open_max));
    return transition;
}

Breaker::Transition Breaker::move_to(State state, Reason reason) noexcept {
    const Transition transition{state_, state, reason};
    state_ = state;
    reason_ = reason;
    ++generation_;
    run_ = 0;
    local_ = 0;
    probe_taken_ = false;
    return transition;
}

double Breaker::ramp_factor(TimePoint now, const BreakerParams& params) const noexcept {
    const bool was_open = state_ == State::closed && mark_ns_ != 0;
    if (!was_open || params.ramp <= Duration::zero()) { return 1.0; }
    const double passed = static_cast<double>((now - from_ns(mark_ns_)).count()) /
                          static_cast<double>(params.ramp.count());
    return std::clamp(ramp_floor + (1.0 - ramp_floor) * passed, ramp_floor, 1.0);
}

std::string_view name(Breaker::State state) noexcept {
    switch (state) {
        case Breaker::State::closed: return "closed";
        case Breaker::State::open: return "open";
        case Breaker::State::half_open: return "half_open";
    }
    return "unknown";
}

std::string_view name(Breaker::Reason reason) noexcept {
    switch (reason) {
        case Breaker::Reason::none: return "none";
        case Breaker::Reason::consecutive: return "consecutive";
        case Breaker::Reason::local: return "local";
        case Breaker::Reason::rate: return "rate";
        case Breaker::Reason::misconfigured: return "misconfigured";
        case Breaker::Reason::region: return "region";
        case Breaker::Reason::probe_failed: return "probe_failed";
        case Breaker::Reason::recovered: return "recovered";
    }
    return "unknown";
}

bool is_degraded(const StartCounts& starts, const BreakerParams& params) noexcept {
    return params.slow_start > Duration::zero() && starts.all >= starts_min &&
           static_cast<double>(starts.slow) >= params.slow_rate * static_cast<double>(starts.all);
}

}  // namespace spillway
