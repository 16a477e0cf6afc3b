// Who may serve this request next, in which order, and why not the others. A pure function of the
// route, the estimate and a view of live state: the data path, `explain` and the simulation ask the
// same one.
#pragma once

#include "spillway/ids.hpp"
#include "spillway/policy/breaker.hpp"
#include "spillway/policy/quota.hpp"
#include "spillway/random.hpp"
#include "spillway/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace spillway {

/// Deployments in one route, all tiers together; the loader refuses more.
inline constexpr std::size_t route_deployments_max = 32;

/// Why not this one. When several hold, the first of this order is named: residency, tried,
/// unsupported, too_big (they last as long as the request), then its credential, its breaker, its
/// region's, the cool-down, requests, tokens.
enum class Skip : std::uint8_t {
    none,
    tried,          ///< already failed in this request
    residency,      ///< its geography is not the route's
    open,           ///< its breaker
    region_open,    ///< its resource's breaker
    probing,        ///< half-open and the probe slot is taken
    resting,        ///< told to wait by a 503
    cooling,        ///< told to wait by a 429 or 503
    tokens_full,    ///< our mirror of its TPM
    requests_full,  ///< our mirror of its RPM
    too_big,        ///< the request can never fit its TPM
    unsupported,    ///< the operation does not exist on this kind of resource
    no_credential,  ///< there is nothing to sign with: no token, no key, or the caller sent none
};
[[nodiscard]] std::string_view name(Skip skip) noexcept;

/// A snapshot of one deployment of the route, in tier order.
struct DeploymentView {
    DeploymentId id{};
    std::uint8_t tier = 0;
    double weight = 1.0;  ///< share inside its tier
    double ramp = 1.0;  ///< below 1 while it recovers: the share of requests it may come first for
    bool tried = false;
    bool suspect = false;  ///< this request has just found its resource unreachable
    bool residency_ok = true;
    bool supported = true;
    bool has_credential = true;
    bool degraded = false;  ///< slow: only when its tier has nobody better
    Breaker::Access breaker = Breaker::Access::yes;
    Breaker::Access region = Breaker::Access::yes;
    TimePoint reopens_at{};   ///< of whichever of the two is shut
    TimePoint cools_until{};  ///< TimePoint{}: not cooling
    bool rests = false;       ///< it cools because of a 503, not because of a limit
    QuotaAnswer quota = QuotaAnswer::admitted;
    TimePoint quota_ready_at{};
};

struct Considered {
    DeploymentId id{};
    std::uint8_t position = 0;  ///< index into the views
    Skip skip = Skip::none;
    bool probe = false;    ///< would be a half-open probe
    TimePoint ready_at{};  ///< skipped for a time: when it may be asked again; else TimePoint{}
};

struct Plan {
    /// Eligible ones first, best first; then the skipped ones in table order.
    std::array<Considered, route_deployments_max> order;
    std::uint8_t eligible = 0;
    std::uint8_t total = 0;
    /// Nothing is eligible and somebody is only *judged* bad: try this view in panic if its budget
    /// permits. `none` as soon as anybody is merely throttled: the provider told us to wait.
    std::uint8_t panic = none;
    static constexpr std::uint8_t none = 0xFF;

    [[nodiscard]] std::span<const Considered> candidates() const noexcept {
        return {order.data(), eligible};
    }
    [[nodiscard]] std::span<const Considered> skipped() const noexcept {
        return {order.data() + eligible, static_cast<std::size_t>(total - eligible)};
    }
};

/// Tier by tier: healthy by weighted random choice, then degraded; a probe goes first in its tier,
/// so that recovery is noticed under load (it can still fail over). One probe per request: further
/// ones come after everybody else. At most `route_deployments_max` views are looked at.
[[nodiscard]] Plan plan(std::span<const DeploymentView> views, TimePoint now, Rng& rng) noexcept;

/// What to tell a caller when a plan has no candidate.
struct Refusal {
    enum class Kind : std::uint8_t {
        throttled,    ///< 429: somebody has capacity again at `ready_at`
        too_big,      ///< 429 without hint: larger than every limit
        unavailable,  ///< 503: everybody is judged broken
        impossible,   ///< residency or operation rules out everybody
        unsignable,   ///< 503: nothing to sign with, and nobody else
    };
    Kind kind = Kind::unavailable;
    TimePoint ready_at{};
};
[[nodiscard]] Refusal refusal(const Plan& plan) noexcept;

/// How a refusal is said to the caller.
struct RefusalAnswer {
    int status = 503;
    std::string_view code;  ///< of the error; static
};
[[nodiscard]] RefusalAnswer answer_to(Refusal::Kind kind) noexcept;

}  // namespace spillway
