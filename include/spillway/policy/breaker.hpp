// Decides whether a deployment (or a region) may be tried at all, from what became of earlier attempts. A value
// of 16 bytes without padding: the fleet shares it between workers by compare-and-swap, tests use it as it is.
// Algorithm and numbers: reliability.md §2.
#pragma once

#include "spillway/random.hpp"
#include "spillway/time.hpp"

#include <cstdint>
#include <optional>

namespace spillway {

struct BreakerParams {
    std::uint8_t consecutive_failures = 5;       ///< 1..255; Envoy 5, Finagle 5, linkerd 7
    std::uint8_t local_failures = 3;             ///< 1..255; DNS, connect, TLS; mcrouter 3
    std::uint32_t min_volume = 20;               ///< outcomes in the window before the rate may trip
    double failure_rate = 0.5;                   ///< (0, 1]; of the outcomes of the last 30 s
    Duration open_base = std::chrono::seconds(5);
    Duration open_max = std::chrono::seconds(60);
    std::uint8_t probe_successes = 2;            ///< starts in a row that close it, 1..15
    Duration probe_lease = std::chrono::seconds(35);  ///< a probe silent for longer loses its slot
    Duration ramp = std::chrono::seconds(30);    ///< weight 10 % -> 100 % after closing; 0: off
    Duration slow_start = Duration::zero();      ///< first event later than this is "slow"; 0: off
    double slow_rate = 0.8;                      ///< share of slow starts that makes it degraded
};

/// How an attempt started (or, for `hard`, how a committed stream ended). reliability.md §2.2.
enum class Effect : std::uint8_t {
    ok,             ///< committed, or the caller's own 4xx
    local,          ///< no connection: DNS, refused, connect timeout, TLS
    hard,           ///< 5xx, reset after send, head timeout, early error event, truncated stream
    soft,           ///< 408, capacity 429, slow first event: counts in the rate only
    neutral,        ///< quota 429, caller gone, our own deadline or shutdown
    misconfigured,  ///< 401, 403, DeploymentNotFound: opens at once
};

/// Counts over the rate window, this outcome included.
struct OutcomeCounts {
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
};

class Breaker {
public:
    enum class State : std::uint8_t { closed, open, half_open };
    enum class Reason : std::uint8_t {
        none, consecutive, local, rate, misconfigured, region, probe_failed, recovered
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
        OutcomeCounts counts;             ///< of the rate window
        Duration wait_at_least = Duration::zero();  ///< Retry-After of a 503; clamped to open_max
    };

    /// As stored; an open breaker whose wait is over still says `open` until somebody is admitted.
    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] Reason reason() const noexcept { return reason_; }
    [[nodiscard]] std::uint16_t generation() const noexcept { return generation_; }

    /// When the next probe may go (open), or when the running probe's lease ends (half-open, slot taken);
    /// TimePoint{} when nothing has to be waited for.
    [[nodiscard]] TimePoint reopens_at() const noexcept;

    /// The side-effect-free question for the planner and `explain`.
    enum class Access : std::uint8_t { yes, probe, no };
    [[nodiscard]] Access would_admit(TimePoint now) const noexcept;

    /// Admits, taking the probe slot when open and due or half-open with a free slot.
    [[nodiscard]] std::optional<Ticket> admit(TimePoint now, const BreakerParams& params) noexcept;
    /// Admits regardless of state (bounded fail-open, reliability.md §2.6); its report counts as a probe's.
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
    void open(Reason reason, Duration wait_at_least, const BreakerParams& params, TimePoint now,
              Rng& rng) noexcept;
    void close(TimePoint now) noexcept;

    // Nanoseconds of the monotonic clock. Open: when a probe may go. Half-open: end of the probe's lease. Closed: since
    // when (start of the ramp), 0 if it was never open.
    std::int64_t mark_ns_ = 0;
    std::uint16_t generation_ = 0;  // rises with every state change and every probe
    State state_ = State::closed;
    Reason reason_ = Reason::none;
    std::uint8_t openings_ = 0;     // in a row; decays by one per healthy minute
    std::uint8_t consecutive_ = 0;  // closed: hard or local failures in a row
    std::uint8_t local_ = 0;        // closed: local failures in a row
    std::uint8_t probe_ = 0;        // half-open: bit 7 slot taken, low bits successes so far
};
static_assert(sizeof(Breaker) == 16);

}  // namespace spillway
