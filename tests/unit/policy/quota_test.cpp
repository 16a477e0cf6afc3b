#include "spillway/policy/quota.hpp"

#include "hand_time.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using PlainQuota = Quota<PlainWord>;

TEST(Quota, AnswersTheQuestionAsItWouldAct) {
    PlainQuota quota({.tpm = 1000, .rpm = 0});

    EXPECT_EQ(quota.would_admit(1000, t0), QuotaAnswer::admitted);
    EXPECT_EQ(quota.reserve(600, t0), QuotaAnswer::admitted);
    EXPECT_EQ(quota.would_admit(401, t0), QuotaAnswer::tokens_full);
    EXPECT_EQ(quota.reserve(401, t0), QuotaAnswer::tokens_full);
    EXPECT_EQ(quota.tokens_used(t0), 600);
}

TEST(Quota, SpreadsRequestsOverTenSeconds) {
    PlainQuota quota({.tpm = 0, .rpm = 60});
    for (int i = 0; i < 10; ++i) { ASSERT_EQ(quota.reserve(1, t0), QuotaAnswer::admitted); }

    EXPECT_EQ(quota.reserve(1, t0 + 9999ms), QuotaAnswer::requests_full);
    EXPECT_EQ(quota.reserve(1, t0 + 10'250ms), QuotaAnswer::admitted);
}

TEST(Quota, CountsRequestsOverTheMinuteAsWell) {
    PlainQuota quota({.tpm = 0, .rpm = 3});
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(quota.reserve(1, t0 + i * 15s), QuotaAnswer::admitted);
    }

    EXPECT_EQ(quota.reserve(1, t0 + 45s), QuotaAnswer::requests_full);
    EXPECT_EQ(quota.ready_at(1, t0 + 45s), t0 + 61s);
    EXPECT_EQ(quota.reserve(1, t0 + 61s), QuotaAnswer::admitted);
}

TEST(Quota, CountsWithoutALimit) {
    PlainQuota quota(QuotaLimits{});

    EXPECT_EQ(quota.reserve(5'000'000, t0), QuotaAnswer::admitted);
    EXPECT_EQ(quota.tokens_used(t0), 5'000'000);
    EXPECT_EQ(quota.requests_used(t0), 1);
    EXPECT_EQ(quota.token_limit(t0), 0);
    EXPECT_EQ(quota.ready_at(1, t0), t0);
}

TEST(Quota, GivesBackWhatWasNeverSent) {
    PlainQuota quota({.tpm = 1000, .rpm = 60});
    ASSERT_EQ(quota.reserve(1000, t0), QuotaAnswer::admitted);

    quota.give_back({t0, 1000}, t0 + 5s);

    EXPECT_EQ(quota.tokens_used(t0 + 5s), 0);
    EXPECT_EQ(quota.requests_used(t0 + 5s), 0);
}

TEST(Quota, KeepsTheEstimateOfAProviderThatChargesIt) {
    PlainQuota quota({.tpm = 1000});
    ASSERT_EQ(quota.reserve(800, t0), QuotaAnswer::admitted);

    quota.settle({t0, 800}, 100, t0 + 5s);

    EXPECT_EQ(quota.tokens_used(t0 + 5s), 800);
}

TEST(Quota, GivesUnusedTokensBackWhereUsageIsCharged) {
    PlainQuota quota({.tpm = 1000, .settle_actual = true});
    ASSERT_EQ(quota.reserve(800, t0), QuotaAnswer::admitted);

    quota.settle({t0, 800}, 100, t0 + 5s);

    EXPECT_EQ(quota.tokens_used(t0 + 5s), 100);
    EXPECT_EQ(quota.requests_used(t0 + 5s), 1);
}

TEST(Quota, ChargesUsageBeyondTheEstimateAsDebtOfToday) {
    PlainQuota quota({.tpm = 1000});
    ASSERT_EQ(quota.reserve(100, t0), QuotaAnswer::admitted);

    quota.settle({t0, 100}, 5000, t0 + 120s);

    EXPECT_EQ(quota.tokens_used(t0 + 120s), 4900);
    EXPECT_EQ(quota.reserve(1, t0 + 180s), QuotaAnswer::tokens_full);
    EXPECT_EQ(quota.reserve(1, t0 + 181s), QuotaAnswer::admitted);
}

TEST(Quota, FollowsRemainingTokensDownButNeverUp) {
    PlainQuota quota({.tpm = 1000});
    ASSERT_EQ(quota.reserve(100, t0), QuotaAnswer::admitted);

    quota.apply_hint({.remaining_tokens = 300}, t0, t0 + 2s);
    EXPECT_EQ(quota.tokens_used(t0 + 2s), 700);

    quota.apply_hint({.remaining_tokens = 950}, t0, t0 + 2s);
    EXPECT_EQ(quota.tokens_used(t0 + 2s), 700);
}

TEST(Quota, ChargesAHintWhenTheRequestWasSent) {
    PlainQuota quota({.tpm = 1000});

    quota.apply_hint({.remaining_tokens = 0}, t0, t0 + 40s);

    EXPECT_EQ(quota.tokens_used(t0 + 40s), 1000);
    EXPECT_EQ(quota.tokens_used(t0 + 61s), 0);
}

TEST(Quota, ComparesRemainingRequestsWithTheTenSecondShare) {
    PlainQuota quota({.rpm = 120});

    quota.apply_hint({.remaining_requests = 19}, t0, t0);
    for (int i = 0; i < 19; ++i) { ASSERT_EQ(quota.reserve(1, t0), QuotaAnswer::admitted); }

    EXPECT_EQ(quota.reserve(1, t0), QuotaAnswer::requests_full);
}

TEST(Quota, ObeysALowerLimitUntilItIsRaised) {
    PlainQuota quota({.tpm = 1000});

    quota.apply_hint({.limit_tokens = 400}, t0, t0);
    EXPECT_EQ(quota.token_limit(t0), 400);
    EXPECT_EQ(quota.reserve(401, t0), QuotaAnswer::tokens_full);

    quota.apply_hint({.limit_tokens = 5000}, t0, t0);
    EXPECT_EQ(quota.token_limit(t0), 1000);
    EXPECT_EQ(quota.reserve(401, t0), QuotaAnswer::admitted);
}

TEST(Quota, ForgetsALowerLimitThatNobodyConfirms) {
    PlainQuota quota({.tpm = 1000});
    quota.apply_hint({.limit_tokens = 1}, t0, t0);

    EXPECT_EQ(quota.would_admit(1000, t0 + 59s), QuotaAnswer::tokens_full);
    EXPECT_LE(quota.ready_at(1000, t0), t0 + 60s);
    EXPECT_EQ(quota.would_admit(1000, t0 + 60s), QuotaAnswer::admitted);
}

TEST(Quota, IgnoresHintsThatAreNone) {
    PlainQuota quota({.tpm = 1000, .rpm = 60});

    quota.apply_hint({.limit_tokens = 0}, t0, t0);
    quota.apply_hint({.limit_tokens = -1}, t0, t0);
    quota.apply_hint({}, t0, t0);

    EXPECT_EQ(quota.token_limit(t0), 1000);
    EXPECT_EQ(quota.tokens_used(t0), 0);
}

TEST(Quota, SaysWhenTheRequestWillFit) {
    PlainQuota quota({.tpm = 1000, .rpm = 60});
    ASSERT_EQ(quota.reserve(600, t0), QuotaAnswer::admitted);
    ASSERT_EQ(quota.reserve(300, t0 + 10s), QuotaAnswer::admitted);

    EXPECT_EQ(quota.ready_at(100, t0 + 20s), t0 + 20s);
    EXPECT_EQ(quota.ready_at(500, t0 + 20s), t0 + 61s);
    EXPECT_EQ(quota.ready_at(900, t0 + 20s), t0 + 71s);
    EXPECT_EQ(quota.ready_at(1001, t0 + 20s), never);
}

TEST(Quota, KeepsItsCountsWhenTheLimitsChange) {
    PlainQuota quota({.tpm = 1000, .rpm = 60});
    ASSERT_EQ(quota.reserve(600, t0), QuotaAnswer::admitted);

    quota.rescale({.tpm = 500, .rpm = 30, .settle_actual = true});

    EXPECT_EQ(quota.tokens_used(t0), 600);
    EXPECT_EQ(quota.reserve(1, t0), QuotaAnswer::tokens_full);
    EXPECT_EQ(quota.limits(), (QuotaLimits{.tpm = 500, .rpm = 30, .settle_actual = true}));
}

}  // namespace
}  // namespace spillway
