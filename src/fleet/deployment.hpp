// One deployment as all workers see it: quota, breaker, cool-down, and the permit that ties an
// attempt to them. What the policies decide stays in the policies; this unit only makes their state
// shared.
#pragma once

#include "fleet/region.hpp"
#include "fleet/shared.hpp"
#include "fleet/status.hpp"
#include "spillway/config.hpp"
#include "spillway/policy/breaker.hpp"
#include "spillway/policy/budget.hpp"
#include "spillway/policy/cooldown.hpp"
#include "spillway/policy/planner.hpp"
#include "spillway/policy/quota.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace spillway {

class Deployment;

/// State changes that one report caused; to be counted and logged by whoever reported.
struct Transitions {
    std::optional<Breaker::Transition> deployment;
    std::optional<Breaker::Transition> region;
};

/// Leave to send one attempt: its tokens are reserved and the breaker has admitted it. Move-only.
/// Destroyed without a word it is neutral: a probe slot is freed and, if nothing was sent, the
/// tokens go back.
class Permit {
public:
    Permit(Deployment& deployment, Breaker::Ticket own, Breaker::Ticket region,
           Reservation reservation) noexcept;
    ~Permit();
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) = delete;

    /// From here on a model may work on it: the reservation stays charged.
    void sent() noexcept { sent_ = true; }
    [[nodiscard]] bool is_sent() const noexcept { return sent_; }
    [[nodiscard]] bool probe() const noexcept { return own_.probe || region_.probe; }
    [[nodiscard]] const Reservation& reservation() const noexcept { return reservation_; }

    /// What the breaker needs to know beside the effect.
    struct Start {
        Effect effect = Effect::neutral;
        bool speaks_for_region = false;  ///< 502, 503, 504 or no connection
        bool slow = false;
        std::optional<Duration> wait;  ///< Retry-After of a 503
    };
    /// How the attempt started; the first call counts, later ones are ignored.
    Transitions report(const Start& start, TimePoint now, Rng& rng) noexcept;
    /// A committed answer broke off. Separate from the start, which was fine.
    Transitions report_broken(TimePoint now, Rng& rng) noexcept;
    /// True usage, once; without it the estimate stays charged.
    void settle(Tokens used, TimePoint now) noexcept;

private:
    Deployment* deployment_;  // null: moved from
    Breaker::Ticket own_;
    Breaker::Ticket region_;
    Reservation reservation_;
    bool sent_ = false;
    bool reported_ = false;
    bool settled_ = false;
};

/// Lives outside the routing table's snapshots, keyed by name and endpoint, so that a reload
/// forgets nothing.
class Deployment {
public:
    struct Params {
        QuotaLimits limits;
        BreakerParams breaker;
        CooldownParams cooldown;
    };

    Deployment(const Params& params, std::shared_ptr<Region> region);
    ~Deployment();
    Deployment(const Deployment&) = delete;
    Deployment& operator=(const Deployment&) = delete;

    /// Other parameters for the same state (a reload); one thread, traffic may be running.
    void change(const Params& params);

    /// What the planner asks about it; position, tier and weight are the route's business.
    void describe(DeploymentView& view, Tokens estimate, TimePoint now) const noexcept;

    /// Leave for one attempt, or why not (the state has changed since it was planned).
    [[nodiscard]] std::variant<Permit, Skip> acquire(Tokens estimate, TimePoint now) noexcept;
    /// Bounded fail-open: past the breakers, not past the quota.
    [[nodiscard]] std::variant<Permit, Skip> acquire_in_panic(Tokens estimate,
                                                              TimePoint now) noexcept;

    /// The provider said "later".
    void throttled(std::optional<Duration> hint, TimePoint now) noexcept;
    /// A 503 that named a time.
    void unavailable(Duration hint, TimePoint now) noexcept;
    void apply_hint(const QuotaHint& hint, TimePoint sent_at, TimePoint now) noexcept;

    [[nodiscard]] const Params& params() const noexcept { return *params_.load(); }
    [[nodiscard]] const Quota<AtomicWord>& quota() const noexcept { return quota_; }
    [[nodiscard]] Breaker breaker() const noexcept { return breaker_.read(); }
    [[nodiscard]] Breaker region_breaker() const noexcept { return region_->breaker().read(); }
    [[nodiscard]] Cooldown cooldown() const noexcept { return cooldown_.read(); }
    [[nodiscard]] bool degraded(TimePoint now) const noexcept;

    /// The last attempt that failed here, for the status page.
    void note_failure(Reason reason, int status, TimePoint now) noexcept;
    [[nodiscard]] std::optional<LastError> last_error(TimePoint now) const noexcept;
    [[nodiscard]] std::int64_t in_flight() const noexcept {
        return in_flight_.load(std::memory_order_relaxed);
    }
    /// What the last x-ratelimit-remaining-* fields said, for the status page.
    [[nodiscard]] UpstreamRemaining upstream_remaining(TimePoint now) const noexcept;

private:
    friend class Permit;
    using Outcomes = SlidingWindow<AtomicWord, 11>;  // 10 x 3 s and the slot in progress

    [[nodiscard]] OutcomeCounts outcome_counts(TimePoint now) const noexcept;
    void count(const Permit::Start& start, TimePoint now) noexcept;
    void release(Breaker::Ticket own, Breaker::Ticket region) noexcept;
    [[nodiscard]] std::variant<Permit, Skip> reserve(Breaker::Ticket own, Breaker::Ticket region,
                                                     Tokens estimate, TimePoint now) noexcept;

    struct FailureNote {
        std::int64_t at_ns = 0;  // 0: none yet
        std::int32_t status = 0;
        std::uint32_t reason = 0;
        friend bool operator==(const FailureNote&, const FailureNote&) = default;
    };

    // A worker may still be reading the last ones when they change, so all stay; few ever do.
    std::deque<Params> given_;
    std::atomic<const Params*> params_;
    std::shared_ptr<Region> region_;
    std::size_t witness_;
    Quota<AtomicWord> quota_;
    Shared<Breaker> breaker_{Breaker{}};
    Shared<Cooldown> cooldown_{Cooldown{}};
    Shared<PanicBudget> panic_{PanicBudget{}};
    Outcomes ok_{std::chrono::seconds(3)};
    Outcomes failed_{std::chrono::seconds(3)};
    Outcomes slow_{std::chrono::seconds(3)};
    Shared<FailureNote> last_failure_{FailureNote{}};
    std::atomic<std::int64_t> in_flight_{0};
    std::atomic<std::int64_t> seen_tokens_{-1};    // -1: never
    std::atomic<std::int64_t> seen_requests_{-1};  // -1: never
    std::atomic<std::int64_t> seen_at_ns_{0};      // when either was
};

}  // namespace spillway
