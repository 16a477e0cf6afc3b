// Ordering and refusing. One sort does the ordering: the class of a candidate (which tier, probe,
// healthy, degraded, surplus probe) first, a weighted random key inside the class second.
#include "spillway/policy/planner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace spillway {

namespace {

// Inside a tier, in this order.
enum class Rank : std::uint8_t { probe, healthy, degraded };

struct Keyed {
    Considered considered;
    unsigned group = 0;  // tier and rank in one number
    double key = 0.0;

    friend bool operator<(const Keyed& a, const Keyed& b) noexcept {
        return a.group != b.group ? a.group < b.group : a.key < b.key;
    }
};

constexpr unsigned ranks = 3;
constexpr unsigned surplus = std::numeric_limits<unsigned>::max();
// One that recovers comes first for a growing share of requests, and for the others behind every
// tier: so the ramp also holds for a deployment that is alone in its tier.
constexpr unsigned recovering = surplus - 2;
// Behind everybody else who may answer: a resource that cannot be reached has no deployment that
// can, and a request has few attempts.
constexpr unsigned suspected = surplus - 1;

// What can never change for this request comes first, then what will pass: the reason shown is the
// one that would still hold if all later ones were gone.
Skip skip_of(const DeploymentView& view, TimePoint now) noexcept {
    if (!view.residency_ok) { return Skip::residency; }
    if (view.tried) { return Skip::tried; }
    if (!view.supported) { return Skip::unsupported; }
    if (view.quota == QuotaAnswer::too_big) { return Skip::too_big; }
    if (!view.has_credential) { return Skip::no_credential; }
    if (view.breaker == Breaker::Access::no) { return Skip::open; }
    if (view.breaker == Breaker::Access::probing) { return Skip::probing; }
    if (view.region == Breaker::Access::no) { return Skip::region_open; }
    if (view.region == Breaker::Access::probing) { return Skip::probing; }
    if (view.cools_until > now) { return view.rests ? Skip::resting : Skip::cooling; }
    if (view.quota == QuotaAnswer::requests_full) { return Skip::requests_full; }
    if (view.quota == QuotaAnswer::tokens_full) { return Skip::tokens_full; }
    return Skip::none;
}

TimePoint ready_at(const DeploymentView& view, Skip skip) noexcept {
    switch (skip) {
        case Skip::open:
        case Skip::region_open:
        case Skip::probing: return view.reopens_at;
        case Skip::resting:
        case Skip::cooling: return view.cools_until;
        case Skip::tokens_full:
        case Skip::requests_full: return view.quota_ready_at;
        default: return TimePoint{};
    }
}

bool is_judged(Skip skip) noexcept {
    return skip == Skip::open || skip == Skip::region_open || skip == Skip::probing ||
           skip == Skip::resting;
}

bool is_throttled(Skip skip) noexcept {
    return skip == Skip::cooling || skip == Skip::tokens_full || skip == Skip::requests_full;
}

// Sorting by -ln(u)/w draws without replacement in proportion to w (Efraimidis and Spirakis, 2006).
double lottery_key(double weight, Rng& rng) noexcept {
    const double ticket = 1.0 - rng.unit();  // (0, 1]: the logarithm is finite
    return -std::log(ticket) / std::max(weight, 1e-9);
}

Keyed keyed(const Considered& considered, const DeploymentView& view, Rng& rng) noexcept {
    Rank rank = Rank::healthy;
    if (view.degraded) { rank = Rank::degraded; }
    if (considered.probe) { rank = Rank::probe; }
    unsigned group = view.tier * ranks + static_cast<unsigned>(rank);
    const bool held_back = view.ramp < 1.0 && !considered.probe && rng.unit() >= view.ramp;
    if (held_back) { group = recovering; }
    if (view.suspect) { group = suspected; }
    return {considered, group, lottery_key(view.weight, rng)};
}

Considered consider(const DeploymentView& view, std::size_t position, TimePoint now) noexcept {
    const Skip skip = skip_of(view, now);
    const bool probe = view.breaker == Breaker::Access::probe ||
                       view.region == Breaker::Access::probe;
    return {.id = view.id,
            .position = static_cast<std::uint8_t>(position),
            .skip = skip,
            .probe = skip == Skip::none && probe,
            .ready_at = ready_at(view, skip)};
}

// One probe per request may cost the caller a detour; the others wait at the end for the case that
// everybody else has failed too.
void send_surplus_probes_back(std::span<Keyed> eligible) noexcept {
    const Keyed* lead = nullptr;
    for (const Keyed& entry : eligible) {
        const bool sooner = lead == nullptr || entry < *lead;
        if (entry.considered.probe && sooner) { lead = &entry; }
    }
    for (Keyed& entry : eligible) {
        if (entry.considered.probe && &entry != lead) { entry.group = surplus; }
    }
}

// A deployment that is broken and told us to wait, or is full, is left alone in panic as well.
bool may_panic(const DeploymentView& view, Skip skip, TimePoint now) noexcept {
    return is_judged(skip) && view.cools_until <= now && view.quota == QuotaAnswer::admitted;
}

std::uint8_t panic_position(const Plan& plan, std::span<const DeploymentView> views,
                            TimePoint now) noexcept {
    if (plan.eligible > 0) { return Plan::none; }
    std::uint8_t soonest = Plan::none;
    TimePoint soonest_at = never;
    for (const Considered& skipped : plan.skipped()) {
        if (is_throttled(skipped.skip)) { return Plan::none; }
        if (may_panic(views[skipped.position], skipped.skip, now) &&
            skipped.ready_at < soonest_at) {
            soonest = skipped.position;
            soonest_at = skipped.ready_at;
        }
    }
    return soonest;
}

}  // namespace

Plan plan(std::span<const DeploymentView> views, TimePoint now, Rng& rng) noexcept {
    views = views.first(std::min(views.size(), route_deployments_max));
    std::array<Keyed, route_deployments_max> eligible;
    std::array<Considered, route_deployments_max> skipped;
    std::size_t eligible_count = 0;
    std::size_t skipped_count = 0;
    for (std::size_t position = 0; position < views.size(); ++position) {
        const Considered considered = consider(views[position], position, now);
        if (considered.skip == Skip::none) {
            eligible[eligible_count++] = keyed(considered, views[position], rng);
        } else {
            skipped[skipped_count++] = considered;
        }
    }
    const std::span<Keyed> ordered(eligible.data(), eligible_count);
    send_surplus_probes_back(ordered);
    std::sort(ordered.begin(), ordered.end());

    Plan plan;
    plan.eligible = static_cast<std::uint8_t>(eligible_count);
    plan.total = static_cast<std::uint8_t>(views.size());
    const auto tail = std::transform(ordered.begin(), ordered.end(), plan.order.begin(),
                                     [](const Keyed& entry) { return entry.considered; });
    std::copy_n(skipped.begin(), skipped_count, tail);
    plan.panic = panic_position(plan, views, now);
    return plan;
}

Refusal refusal(const Plan& plan) noexcept {
    std::optional<TimePoint> throttled_until;
    std::optional<TimePoint> judged_until;
    bool tried = false;
    bool too_big = false;
    bool no_credential = false;
    const auto keep_sooner = [](std::optional<TimePoint>& soonest, TimePoint at) {
        soonest = soonest ? std::min(*soonest, at) : at;
    };
    for (const Considered& skipped : plan.skipped()) {
        if (is_throttled(skipped.skip)) { keep_sooner(throttled_until, skipped.ready_at); }
        if (is_judged(skipped.skip)) { keep_sooner(judged_until, skipped.ready_at); }
        tried = tried || skipped.skip == Skip::tried;
        too_big = too_big || skipped.skip == Skip::too_big;
        no_credential = no_credential || skipped.skip == Skip::no_credential;
    }
    if (throttled_until) { return {Refusal::Kind::throttled, *throttled_until}; }
    if (judged_until) { return {Refusal::Kind::unavailable, *judged_until}; }
    if (tried) { return {Refusal::Kind::unavailable, TimePoint{}}; }
    if (no_credential) { return {Refusal::Kind::unsignable, TimePoint{}}; }
    if (too_big) { return {Refusal::Kind::too_big, TimePoint{}}; }
    return {Refusal::Kind::impossible, TimePoint{}};
}

RefusalAnswer answer_to(Refusal::Kind kind) noexcept {
    switch (kind) {
        case Refusal::Kind::throttled: return {429, "rate_limit_exceeded"};
        case Refusal::Kind::too_big: return {429, "request_too_large"};
        case Refusal::Kind::unavailable: return {503, "upstream_unavailable"};
        case Refusal::Kind::unsignable: return {503, "no_credential"};
        case Refusal::Kind::impossible: break;
    }
    return {503, "no_eligible_deployment"};
}

std::string_view name(Skip skip) noexcept {
    switch (skip) {
        case Skip::none: return "none";
        case Skip::tried: return "tried";
        case Skip::residency: return "residency";
        case Skip::open: return "open";
        case Skip::region_open: return "region_open";
        case Skip::probing: return "probing";
        case Skip::resting: return "resting";
        case Skip::cooling: return "cooling";
        case Skip::tokens_full: return "tokens_full";
        case Skip::requests_full: return "requests_full";
        case Skip::too_big: return "too_big";
        case Skip::unsupported: return "unsupported";
        case Skip::no_credential: return "no_credential";
    }
    return "unknown";
}

}  // namespace spillway
