#include "fleet/deployment.hpp"

#include <algorithm>
#include <utility>

namespace spillway {
namespace {

// The probe slot is all a ticket holds on to: `neutral` frees it and changes nothing else.
void free_slot(Shared<Breaker>& breaker, Breaker::Ticket ticket, const BreakerParams& params) {
    if (!ticket.probe) { return; }
    breaker.update([&](Breaker& state) {
        Rng unused(0);  // neutral reports draw nothing
        return state.report(ticket, Effect::neutral, {}, params, TimePoint{}, unused);
    });
}

// Would a failure of this kind be seen by every deployment behind the same endpoint?
bool accuses_region(const Permit::Start& start) noexcept {
    return start.effect == Effect::local ||
           (start.effect == Effect::hard && start.speaks_for_region);
}

}  // namespace

Permit::Permit(Deployment& deployment, Breaker::Ticket own, Breaker::Ticket region,
               Reservation reservation) noexcept
    : deployment_(&deployment), own_(own), region_(region), reservation_(reservation) {
    deployment.in_flight_.fetch_add(1, std::memory_order_relaxed);
}

Permit::Permit(Permit&& other) noexcept
    : deployment_(std::exchange(other.deployment_, nullptr)),
      own_(other.own_),
      region_(other.region_),
      reservation_(other.reservation_),
      sent_(other.sent_),
      reported_(other.reported_),
      settled_(other.settled_) {}

Permit::~Permit() {
    if (deployment_ == nullptr) { return; }
    deployment_->in_flight_.fetch_sub(1, std::memory_order_relaxed);
    if (!reported_) { deployment_->release(own_, region_); }
    if (!sent_ && !settled_) { deployment_->quota_.give_back(reservation_, reservation_.at); }
}

Transitions Permit::report(const Start& start, TimePoint now, Rng& rng) noexcept {
    Transitions changes;
    if (std::exchange(reported_, true)) { return changes; }
    Deployment& d = *deployment_;
    d.count(start, now);
    if (start.effect == Effect::ok) {
        d.region_->succeeded(now);
        d.cooldown_.update([](Cooldown& state) {
            state.succeeded();
            return 0;
        });
    }
    if (start.effect != Effect::ok || own_.probe || !d.breaker_.read().untroubled()) {
        const Breaker::Evidence evidence{d.outcome_counts(now), start.wait.value_or(Duration{})};
        changes.deployment = d.breaker_.update([&](Breaker& state) {
            return state.report(own_, start.effect, evidence, d.params().breaker, now, rng);
        });
        if (changes.deployment && changes.deployment->to == Breaker::State::closed) {
            // The outage still in the windows would let a single failure reopen it.
            d.ok_.clear();
            d.failed_.clear();
            d.slow_.clear();
        }
    }
    if (region_.probe) {
        // Any answer at all proves the region's endpoint alive.
        const Effect seen = accuses_region(start)             ? Effect::hard
                            : start.effect == Effect::neutral ? Effect::neutral
                                                              : Effect::ok;
        changes.region = d.region_->breaker().update([&](Breaker& state) {
            return state.report(region_, seen, {}, d.params().breaker, now, rng);
        });
    } else if (accuses_region(start)) {
        changes.region = d.region_->failed(d.witness_, d.params().breaker, now, rng);
    }
    return changes;
}

Transitions Permit::report_broken(TimePoint now, Rng& rng) noexcept {
    Transitions changes;
    Deployment& d = *deployment_;
    Permit::Start broken;
    broken.effect = Effect::hard;
    d.count(broken, now);
    const Breaker::Evidence evidence{d.outcome_counts(now), Duration::zero()};
    changes.deployment = d.breaker_.update([&](Breaker& state) {
        return state.report(own_, Effect::hard, evidence, d.params().breaker, now, rng);
    });
    return changes;
}

void Permit::settle(Tokens used, TimePoint now) noexcept {
    if (!std::exchange(settled_, true)) { deployment_->quota_.settle(reservation_, used, now); }
}

Deployment::Deployment(const Params& params, std::shared_ptr<Region> region)
    : given_{params},
      params_(&given_.back()),
      region_(std::move(region)),
      witness_(region_->join()),
      quota_(params.limits) {}

Deployment::~Deployment() { region_->leave(witness_); }

void Deployment::change(const Params& params) {
    quota_.rescale(params.limits);
    const Params& last = this->params();
    if (params.breaker == last.breaker && params.cooldown == last.cooldown) { return; }
    given_.push_back(params);
    params_.store(&given_.back());
}

void Deployment::describe(DeploymentView& view, Tokens estimate, TimePoint now) const noexcept {
    const Breaker own = breaker_.read();
    const Breaker region = region_->breaker().read();
    view.ramp = std::min(own.ramp_factor(now, params().breaker),
                         region.ramp_factor(now, params().breaker));
    view.degraded = degraded(now);
    view.breaker = own.would_admit(now);
    view.region = region.would_admit(now);
    view.reopens_at = std::max(own.reopens_at(), region.reopens_at());
    const Cooldown cooling = cooldown_.read();
    view.cools_until = cooling.cooling(now) ? cooling.until() : TimePoint{};
    view.rests = !cooling.is_about_a_limit();
    view.quota = quota_.would_admit(estimate, now);
    view.quota_ready_at = view.quota == QuotaAnswer::admitted ? now
                                                              : quota_.ready_at(estimate, now);
}

std::variant<Permit, Skip> Deployment::acquire(Tokens estimate, TimePoint now) noexcept {
    const auto admit = [&](Breaker& state) { return state.admit(now, params().breaker); };
    const std::optional<Breaker::Ticket> region = region_->breaker().update(admit);
    if (!region) { return Skip::region_open; }
    const std::optional<Breaker::Ticket> own = breaker_.update(admit);
    if (!own) {
        free_slot(region_->breaker(), *region, params().breaker);
        return Skip::open;
    }
    return reserve(*own, *region, estimate, now);
}

std::variant<Permit, Skip> Deployment::acquire_in_panic(Tokens estimate, TimePoint now) noexcept {
    const bool permitted = panic_.update([now](PanicBudget& budget) {
        budget.on_request();
        return budget.try_permit(now);
    });
    if (!permitted) { return Skip::open; }
    const auto admit = [&](Breaker& state) { return state.admit_in_panic(now, params().breaker); };
    const Breaker::Ticket region = region_->breaker().update(admit);
    const Breaker::Ticket own = breaker_.update(admit);
    return reserve(own, region, estimate, now);
}

std::variant<Permit, Skip> Deployment::reserve(Breaker::Ticket own, Breaker::Ticket region,
                                               Tokens estimate, TimePoint now) noexcept {
    const QuotaAnswer answer = quota_.reserve(estimate, now);
    if (answer == QuotaAnswer::admitted) {
        return Permit(*this, own, region, Reservation{now, estimate});
    }
    release(own, region);
    switch (answer) {
        case QuotaAnswer::too_big: return Skip::too_big;
        case QuotaAnswer::requests_full: return Skip::requests_full;
        default: return Skip::tokens_full;
    }
}

void Deployment::release(Breaker::Ticket own, Breaker::Ticket region) noexcept {
    free_slot(breaker_, own, params().breaker);
    free_slot(region_->breaker(), region, params().breaker);
}

void Deployment::unavailable(Duration hint, TimePoint now) noexcept {
    cooldown_.update([&](Cooldown& state) {
        state.unavailable(hint, params().cooldown, now);
        return 0;
    });
}

void Deployment::throttled(std::optional<Duration> hint, TimePoint now) noexcept {
    cooldown_.update([&](Cooldown& state) {
        state.throttled(hint, params().cooldown, now);
        return 0;
    });
}

void Deployment::apply_hint(const QuotaHint& hint, TimePoint sent_at, TimePoint now) noexcept {
    if (hint.remaining_tokens) {
        seen_tokens_.store(*hint.remaining_tokens, std::memory_order_relaxed);
    }
    if (hint.remaining_requests) {
        seen_requests_.store(*hint.remaining_requests, std::memory_order_relaxed);
    }
    if (hint.remaining_tokens || hint.remaining_requests) {
        seen_at_ns_.store(to_ns(now), std::memory_order_relaxed);
    }
    quota_.apply_hint(hint, sent_at, now);
}

UpstreamRemaining Deployment::upstream_remaining(TimePoint now) const noexcept {
    const Tokens tokens = seen_tokens_.load(std::memory_order_relaxed);
    const std::int64_t requests = seen_requests_.load(std::memory_order_relaxed);
    UpstreamRemaining said;
    if (tokens >= 0) { said.tokens = tokens; }
    if (requests >= 0) { said.requests = requests; }
    said.ago = now - from_ns(seen_at_ns_.load(std::memory_order_relaxed));
    return said;
}

void Deployment::note_failure(Reason reason, int status, TimePoint now) noexcept {
    const FailureNote note{now.time_since_epoch().count(), status,
                           static_cast<std::uint32_t>(reason)};
    last_failure_.update([&note](FailureNote& last) {
        last = note;
        return 0;
    });
}

std::optional<LastError> Deployment::last_error(TimePoint now) const noexcept {
    const FailureNote note = last_failure_.read();
    if (note.at_ns == 0) { return std::nullopt; }
    return LastError{static_cast<Reason>(note.reason), note.status,
                     now - TimePoint(Duration(note.at_ns))};
}

bool Deployment::degraded(TimePoint now) const noexcept {
    return is_degraded({slow_.sum(now), ok_.sum(now)}, params().breaker);
}

OutcomeCounts Deployment::outcome_counts(TimePoint now) const noexcept {
    return {ok_.sum(now), failed_.sum(now)};
}

void Deployment::count(const Permit::Start& start, TimePoint now) noexcept {
    switch (start.effect) {
        case Effect::ok:
            ok_.add(1, now, now);
            if (start.slow) { slow_.add(1, now, now); }
            break;
        case Effect::local:
        case Effect::hard:
        case Effect::soft: failed_.add(1, now, now); break;
        case Effect::neutral:
        case Effect::misconfigured: break;
    }
}

}  // namespace spillway
