// One budget over everything a request may cost: a deadline and a number of attempts of its own,
// and a share of the process-wide retry ratio, so that retries cannot multiply an outage (SRE book
// ch. 21, gRPC A6; reliability.md §1.11).
#pragma once

#include "spillway/time.hpp"

#include <cstdint>

namespace spillway {

struct RetryParams {
    std::uint32_t attempts = 3;  ///< 1..10 per request; attempts that cost nothing upstream are
                                 ///< free
};

struct RetryBudgetParams {
    double per_request = 0.2;  ///< credit each caller request brings
    double per_second = 3.0;   ///< floor, so that little traffic can still fail over
    double cap = 100.0;
};

/// The process's retry credit: a token bucket in one value of 16 bytes, shared like Breaker. Starts
/// full.
class RetryBudget {
public:
    explicit RetryBudget(const RetryBudgetParams& params) noexcept;
    /// A caller's request arrived.
    void on_request(const RetryBudgetParams& params, TimePoint now) noexcept;
    [[nodiscard]] bool would_retry(const RetryBudgetParams& params, TimePoint now) const noexcept;
    /// Takes one credit; false when there is none.
    [[nodiscard]] bool try_retry(const RetryBudgetParams& params, TimePoint now) noexcept;
    [[nodiscard]] double credit(const RetryBudgetParams& params, TimePoint now) const noexcept;

    friend bool operator==(const RetryBudget&, const RetryBudget&) = default;

private:
    std::int64_t credit_micro_ = 0;
    std::int64_t refilled_ns_ = 0;
};
static_assert(sizeof(RetryBudget) == 16);

/// One request's own limits.
class RequestBudget {
public:
    RequestBudget(const RetryParams& params, TimePoint deadline) noexcept
        : deadline_(deadline), attempts_left_(params.attempts) {}

    enum class Cost : std::uint8_t {
        free,     ///< connect-phase failure, fresh quota 429, stale pooled connection
        counted,  ///< the upstream got work to do
    };
    /// The attempt that just ended.
    void spend(Cost cost) noexcept;
    [[nodiscard]] bool exhausted() const noexcept { return attempts_left_ == 0; }
    [[nodiscard]] bool expired(TimePoint now) const noexcept { return now >= deadline_; }
    [[nodiscard]] TimePoint deadline() const noexcept { return deadline_; }

private:
    TimePoint deadline_;
    std::uint32_t attempts_left_;
};

/// Bounded fail-open when every deployment is judged bad: at most one attempt per second for each
/// deployment, plus 5 % of arrivals (reliability.md §2.6). 16 bytes, shared like Breaker.
class PanicBudget {
public:
    void on_request() noexcept;  ///< a request found nothing healthy on this deployment
    [[nodiscard]] bool would_permit(TimePoint now) const noexcept;
    [[nodiscard]] bool try_permit(TimePoint now) noexcept;

    friend bool operator==(const PanicBudget&, const PanicBudget&) = default;

private:
    std::int64_t next_ns_ = 0;
    std::int64_t arrivals_ = 0;
};
static_assert(sizeof(PanicBudget) == 16);

}  // namespace spillway
