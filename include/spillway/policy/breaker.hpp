// Decides whether a deployment (or a region) may be tried at all, from what became of earlier
// attempts. A value of 16 bytes without padding: the fleet shares it between workers by
// compare-and-swap, tests use it as it is. Algorithm and numbers: reliability.md §2.
#pragma once

#include "spillway/policy/effect.hpp"
#include "spillway/random.hpp"
#include "spillway/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway {

struct BreakerParams {
    std::uint8_t consecutive_failures = 5;  ///< 1..255; Envoy 5, Finagle 5, linkerd 7
    std::uint8_t local_failures = 3;        ///< 1..255; DNS, connect, TLS; mcrouter 3
    std::uint32_t min_volume = 20;          ///< outcomes in the window before the rate may trip
    double failure_rate = 0.5;              ///< (0, 1]; of the outcomes of the last 30 s
    Duration open_base = std::chrono::seconds(5);
    Duration open_max = std::chrono::seconds(60);
    std::uint8_t probe_successes = 2;                 ///< starts in a row that close it, 1..15
    Duration probe_lease = std::chrono::seconds(35);  ///< a probe silent for longer loses its slot
    Duration ramp = std::chrono::seconds(30);  ///< weight 10 % -> 100 % after closing; 0: off
    Duration slow_start = Duration::zero();    ///< first event later than this is "slow"; 0: off
    double slow_rate = 0.8;                    ///< share of slow starts that makes it degraded

    friend bool operator==(const BreakerParams&, const BreakerParams&) = default;
};

class Breaker {
public:
    enum class State : std::uint8_t { closed, open, half_open };
    enum class Reason : std::uint8_t {
        none,
        consecutive,
        local,
        rate,
        misconfigured,
        region,
        probe_failed,
        recovered
    };

    /// Proof of admission. A report with a ticket of an earlier generation changes nothing.
    struct Ticket {
        std::uint16_t generation = 0;
        bool probe = false;
    };

    /// A state change to count and log; `reason` tells which rule caused it.
    struct Transition {
        State from;
        State to;
        Reason reason;
    };

    /// What a report needs beside the ticket and the effect.
    struct Evidence {
        OutcomeCounts counts;                       ///< of the rate window
        Duration wait_at_least = Duration::zero();  ///< Retry-After of a 503; clamped to open_max
    };

    /// As stored; an open breaker whose wait is over still says `open` until somebody is admitted.
    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] Reason reason() const noexcept { return reason_; }
    [[nodiscard]] std::uint16_t generation() const noexcept { return generation_; }

    /// When the next probe may go (open), or when the running probe's lease ends (half-open, slot
    /// taken); TimePoint{} when nothing has to be waited for.
    [[nodiscard]] TimePoint reopens_at() const noexcept;

    /// The side-effect-free question for the planner and `explain`.
    enum class Access : std::uint8_t {
        yes,
        probe,    ///< admitted as a half-open probe
        no,       ///< open
        probing,  ///< half-open and the probe slot is taken
    };
    [[nodiscard]] Access would_admit(TimePoint now) const noexcept;

    /// Admits, taking the probe slot when open and due or half-open with a free slot.
    [[nodiscard]] std::optional<Ticket> admit(TimePoint now, const BreakerParams& params) noexcept;
    /// Admits regardless of state (bounded fail-open, reliability.md §2.6). A success counts as a
    /// probe's; a failure leaves the schedule of an open breaker alone.
    [[nodiscard]] Ticket admit_in_panic(TimePoint now, const BreakerParams& params) noexcept;

    /// True when `report(ok)` would change nothing: the healthy path can skip the write.
    [[nodiscard]] bool untroubled() const noexcept;

    /// The attempt's start outcome. `neutral` only frees the probe slot.
    std::optional<Transition> report(Ticket ticket, Effect effect, const Evidence& evidence,
                                     const BreakerParams& params, TimePoint now, Rng& rng) noexcept;

    /// Opens from outside (a region's verdict); no-op unless closed.
    std::optional<Transition> trip(Reason reason, const BreakerParams& params, TimePoint now,
                                   Rng& rng) noexcept;

    /// Share of its weight a closed deployment should get now: 0.1 .. 1.0 while ramping up.
    [[nodiscard]] double ramp_factor(TimePoint now, const BreakerParams& params) const noexcept;

    friend bool operator==(const Breaker&, const Breaker&) = default;

private:
    // The circumstances of an event, passed on as one.
    struct Moment {
        const BreakerParams& params;
        TimePoint now;
        Rng& rng;
    };

    Ticket begin_probe(TimePoint now, const BreakerParams& params) noexcept;
    Reason rule_broken_by(Effect effect, const OutcomeCounts& counts,
                          const BreakerParams& params) noexcept;
    std::optional<Transition> report_closed(Effect effect, const Evidence& evidence,
                                            const Moment& moment) noexcept;
    std::optional<Transition> report_open(Effect effect, const Moment& moment) noexcept;
    std::optional<Transition> report_half_open(Ticket ticket, Effect effect,
                                               const Evidence& evidence,
                                               const Moment& moment) noexcept;
    std::optional<Transition> close_after(const Moment& moment) noexcept;
    Transition open(Reason reason, Duration wait_at_least, const Moment& moment) noexcept;
    Transition move_to(State state, Reason reason) noexcept;

    // Nanoseconds of the monotonic clock. Open: when a probe may go. Half-open: end of the
    // probe's lease. Closed: since when (start of the ramp), 0 if it was never open.
    std::int64_t mark_ns_ = 0;
    std::uint16_t generation_ = 0;  // rises with every state change and every probe
    State state_ = State::closed;
    Reason reason_ = Reason::none;
    std::uint8_t openings_ = 0;  // in a row; decays by one per healthy minute
    std::uint8_t run_ = 0;       // closed: hard or local failures in a row; half-open: good starts
    std::uint8_t local_ = 0;     // closed: local failures in a row
    bool probe_taken_ = false;   // half-open: somebody holds the slot
};
static_assert(sizeof(Breaker) == 16);

[[nodiscard]] std::string_view name(Breaker::State state) noexcept;
[[nodiscard]] std::string_view name(Breaker::Reason reason) noexcept;

/// Stream starts in the rate window, for the judgement "slow": never a reason to open.
struct StartCounts {
    std::uint64_t slow = 0;
    std::uint64_t all = 0;
};
/// At least 10 starts and `slow_rate` of them slower than `slow_start`: used only when its tier has
/// nobody better.
[[nodiscard]] bool is_degraded(const StartCounts& starts, const BreakerParams& params) noexcept;

}  // namespace spillway
