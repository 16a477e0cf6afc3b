// A small world for scenarios: a few deployments with everything the fleet keeps about each, a
// scripted upstream that answers at once, and requests that go the data path's way: plan, admit,
// classify, report, elsewhere. Single-threaded, hand-held time.
#pragma once

#include "hand_time.hpp"
#include "spillway/policy/classify.hpp"
#include "spillway/policy/cooldown.hpp"
#include "spillway/policy/planner.hpp"
#include "spillway/policy/quota.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace spillway {

/// What an upstream does with one attempt; no `trouble`: a committed 200.
struct Answer {
    std::optional<Verdict> trouble{};
    bool slow = false;
    std::optional<Duration> hint{};
};

inline Answer status(int code) {
    return {.trouble = classify(ErrorFacts{.status = code, .quota_headers = code == 429})};
}

struct Site {
    explicit Site(std::uint8_t in_tier, const QuotaLimits& limits = {})
        : tier(in_tier), quota(limits) {}

    std::uint8_t tier;
    Breaker breaker;
    Cooldown cooldown;
    PanicBudget panic;
    Quota<PlainWord> quota;
    SlidingWindow<PlainWord, 11> ok{3s};
    SlidingWindow<PlainWord, 11> failed{3s};
    SlidingWindow<PlainWord, 11> slow{3s};
    int attempts = 0;
    int transitions = 0;
};

class World {
public:
    /// Asked for every attempt, with the position of the site.
    using Upstream = std::function<Answer(std::size_t site, TimePoint now)>;

    World(std::vector<Site> sites_in, Upstream upstream_in)
        : sites(std::move(sites_in)), upstream_(std::move(upstream_in)) {}

    /// One caller's request; true when somebody answered it.
    bool request(TimePoint now, Tokens estimate = 100) {
        RequestBudget budget({.attempts = 3}, never);
        tried_.assign(sites.size(), false);
        retries_.on_request({}, now);
        for (;;) {
            const auto position = admit(now, estimate);
            if (!position) { return false; }
            const Answer answer = attempt(*position, now);
            if (!answer.trouble) { return true; }
            const Verdict& verdict = *answer.trouble;
            alerts += verdict.alert;
            budget.spend(verdict.cost);
            if (verdict.next == Verdict::Next::pass || budget.exhausted()) { return false; }
            const bool paid = verdict.cost == RequestBudget::Cost::counted;
            if (paid && !retries_.try_retry({}, now)) { return false; }
        }
    }

    std::vector<Site> sites;
    BreakerParams params;
    Breaker region;  ///< of all sites in tier 0
    int alerts = 0;

private:
    DeploymentView view_of(std::size_t i, Tokens estimate, TimePoint now) const {
        const Site& site = sites[i];
        const bool in_region = site.tier == 0;
        return {.id = DeploymentId{static_cast<std::uint32_t>(i)},
                .tier = site.tier,
                .ramp = site.breaker.ramp_factor(now, params),
                .tried = tried_[i],
                .degraded = is_degraded({site.slow.sum(now), site.ok.sum(now)}, params),
                .breaker = site.breaker.would_admit(now),
                .region = in_region ? region.would_admit(now) : Breaker::Access::yes,
                .reopens_at = std::max(site.breaker.reopens_at(), region.reopens_at()),
                .cools_until = site.cooldown.until(),
                .quota = site.quota.would_admit(estimate, now),
                .quota_ready_at = site.quota.ready_at(estimate, now)};
    }

    // The site that may be tried next, its ticket taken and its quota charged.
    std::optional<std::size_t> admit(TimePoint now, Tokens estimate) {
        std::vector<DeploymentView> views;
        for (std::size_t i = 0; i < sites.size(); ++i) {
            views.push_back(view_of(i, estimate, now));
        }
        const Plan made = plan(views, now, rng_);
        std::size_t position = made.panic;
        if (made.eligible > 0) {
            position = made.candidates().front().position;
            ticket_ = sites[position].breaker.admit(now, params).value();
        } else {
            if (made.panic == Plan::none) { return std::nullopt; }
            sites[position].panic.on_request();
            if (!sites[position].panic.try_permit(now)) { return std::nullopt; }
            ticket_ = sites[position].breaker.admit_in_panic(now, params);
        }
        if (sites[position].quota.reserve(estimate, now) != QuotaAnswer::admitted) {
            return std::nullopt;
        }
        return position;
    }

    Answer attempt(std::size_t position, TimePoint now) {
        Site& site = sites[position];
        const auto before = site.breaker.state();
        ++site.attempts;
        tried_[position] = true;
        Answer answer = upstream_(position, now);
        const Effect effect = answer.trouble ? answer.trouble->effect : Effect::ok;
        if (effect == Effect::ok) {
            site.ok.add(1, now, now);
            site.cooldown.succeeded();
        }
        if (effect == Effect::hard || effect == Effect::local || effect == Effect::soft) {
            site.failed.add(1, now, now);
        }
        if (answer.slow) { site.slow.add(1, now, now); }
        if (answer.trouble && answer.trouble->throttle) {
            site.cooldown.throttled(answer.hint, {}, now);
        }
        const Breaker::Evidence evidence{.counts = {site.ok.sum(now), site.failed.sum(now)}};
        site.breaker.report(ticket_, effect, evidence, params, now, rng_);
        site.transitions += site.breaker.state() != before;
        if (before != Breaker::State::closed && site.breaker.state() == Breaker::State::closed) {
            site.ok.clear();
            site.failed.clear();
        }
        return answer;
    }

    Upstream upstream_;
    RetryBudget retries_{RetryBudgetParams{}};
    Rng rng_{20261122};
    std::vector<bool> tried_;
    Breaker::Ticket ticket_{};
};

}  // namespace spillway
