#include "spillway/policy/budget.hpp"

#include "hand_time.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(RequestBudget, CountsOnlyAttemptsThatGaveTheUpstreamWork) {
    RequestBudget budget({.attempts = 2}, t0 + 10s);

    budget.spend(RequestBudget::Cost::free);
    budget.spend(RequestBudget::Cost::free);
    budget.spend(RequestBudget::Cost::counted);
    EXPECT_FALSE(budget.exhausted());
    budget.spend(RequestBudget::Cost::counted);
    EXPECT_TRUE(budget.exhausted());
    budget.spend(RequestBudget::Cost::counted);
    EXPECT_TRUE(budget.exhausted());
}

TEST(RequestBudget, ExpiresWithItsDeadline) {
    const RequestBudget budget({.attempts = 3}, t0 + 10s);

    EXPECT_EQ(budget.deadline(), t0 + 10s);
    EXPECT_FALSE(budget.expired(t0 + 10s - 1ns));
    EXPECT_TRUE(budget.expired(t0 + 10s));
}

constexpr RetryBudgetParams params{.per_request = 0.2, .per_second = 3.0, .cap = 100.0};

RetryBudget drained(TimePoint now) {
    RetryBudget budget(params);
    while (budget.try_retry(params, now)) {}
    return budget;
}

TEST(RetryBudget, StartsFullAndEnds) {
    RetryBudget budget(params);

    int granted = 0;
    while (budget.try_retry(params, t0)) { ++granted; }

    EXPECT_EQ(granted, 100);
    EXPECT_FALSE(budget.would_retry(params, t0));
}

TEST(RetryBudget, FiveRequestsPayForOneRetry) {
    RetryBudget budget = drained(t0);

    for (int i = 0; i < 4; ++i) { budget.on_request(params, t0); }
    EXPECT_FALSE(budget.try_retry(params, t0));
    budget.on_request(params, t0);
    EXPECT_TRUE(budget.try_retry(params, t0));
    EXPECT_FALSE(budget.try_retry(params, t0));
}

TEST(RetryBudget, GrantsThreeASecondWhenNothingElseComesIn) {
    RetryBudget budget = drained(t0);

    EXPECT_NEAR(budget.credit(params, t0 + 2s), 6.0, 1e-6);
    EXPECT_NEAR(budget.credit(params, t0 + 1h), 100.0, 1e-6);
}

TEST(RetryBudget, TimeRunningBackwardsBringsNothing) {
    RetryBudget budget = drained(t0 + 10s);

    budget.on_request(params, t0);

    EXPECT_NEAR(budget.credit(params, t0 + 10s), 0.2, 1e-6);
}

// What bounds amplification in an outage: after the credit is gone, retries are a fifth of requests
// plus the floor.
TEST(RetryBudget, KeepsRetriesToAFifthOfTheRequests) {
    RetryBudget budget = drained(t0);
    int retries = 0;

    for (int i = 0; i < 100 * 60; ++i) {
        const TimePoint now = t0 + i * 10ms;
        budget.on_request(params, now);
        if (budget.try_retry(params, now)) { ++retries; }
    }

    EXPECT_NEAR(retries, 100 * 60 * 0.2 + 3 * 60, 3);
}

TEST(PanicBudget, PermitsOneASecond) {
    PanicBudget budget;

    EXPECT_TRUE(budget.would_permit(t0));
    EXPECT_TRUE(budget.try_permit(t0));
    EXPECT_FALSE(budget.try_permit(t0 + 999ms));
    EXPECT_FALSE(budget.would_permit(t0 + 999ms));
    EXPECT_TRUE(budget.try_permit(t0 + 1s));
}

TEST(PanicBudget, PermitsATwentiethOfTheArrivalsBeside) {
    PanicBudget budget;
    ASSERT_TRUE(budget.try_permit(t0));

    int permitted = 0;
    for (int i = 0; i < 200; ++i) {
        budget.on_request();
        if (budget.try_permit(t0 + 1ms)) { ++permitted; }
    }

    EXPECT_EQ(permitted, 10);
}

TEST(PanicBudget, SavesNothingUpForABurst) {
    PanicBudget budget;
    for (int i = 0; i < 10'000; ++i) { budget.on_request(); }

    int permitted = 0;
    for (int i = 0; i < 100; ++i) {
        if (budget.try_permit(t0)) { ++permitted; }
    }

    EXPECT_EQ(permitted, 2);  // the second's and one for arrivals
}

}  // namespace
}  // namespace spillway
