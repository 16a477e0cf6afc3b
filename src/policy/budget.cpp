// The three budgets of budget.hpp. Credit is kept in millionths, so that a value of 16 bytes holds
// a fraction of a retry without losing small refills.
#include "spillway/policy/budget.hpp"

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

constexpr double micro = 1'000'000.0;

// Arrivals that pay for one attempt beyond the one per second: 5 % (reliability.md §2.6).
constexpr std::int64_t arrivals_per_permit = 20;
constexpr Duration permit_interval = std::chrono::seconds(1);

std::int64_t to_micro(double credit) noexcept { return std::llround(credit * micro); }

}  // namespace

RetryBudget::RetryBudget(const RetryBudgetParams& params) noexcept
    : credit_micro_(to_micro(params.cap)) {}

double RetryBudget::credit(const RetryBudgetParams& params, TimePoint now) const noexcept {
    const double seconds = static_cast<double>(std::max<std::int64_t>(0,
                                                                      to_ns(now) - refilled_ns_)) *
                           1e-9;
    const double credit = static_cast<double>(credit_micro_) / micro + seconds * params.per_second;
    return std::min(credit, params.cap);
}

void RetryBudget::on_request(const RetryBudgetParams& params, TimePoint now) noexcept {
    credit_micro_ = to_micro(std::min(credit(params, now) + params.per_request, params.cap));
    refilled_ns_ = std::max(refilled_ns_, to_ns(now));
}

bool RetryBudget::would_retry(const RetryBudgetParams& params, TimePoint now) const noexcept {
    return credit(params, now) >= 1.0;
}

bool RetryBudget::try_retry(const RetryBudgetParams& params, TimePoint now) noexcept {
    const double available = credit(params, now);
    if (available < 1.0) { return false; }
    credit_micro_ = to_micro(available - 1.0);
    refilled_ns_ = std::max(refilled_ns_, to_ns(now));
    return true;
}

void RequestBudget::spend(Cost cost) noexcept {
    if (cost == Cost::counted && attempts_left_ > 0) { --attempts_left_; }
}

void PanicBudget::on_request() noexcept { ++arrivals_; }

bool PanicBudget::would_permit(TimePoint now) const noexcept {
    return to_ns(now) >= next_ns_ || arrivals_ >= arrivals_per_permit;
}

bool PanicBudget::try_permit(TimePoint now) noexcept {
    if (to_ns(now) >= next_ns_) {
        next_ns_ = to_ns(now + permit_interval);
        return true;
    }
    if (arrivals_ < arrivals_per_permit) { return false; }
    // All of them: what was not used is not saved up for a burst.
    arrivals_ = 0;
    return true;
}

}  // namespace spillway
