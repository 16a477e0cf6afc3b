// Rows L-3 to L-6 and L-12 of the test plan, single-threaded; L-1 with threads is in
// quota_threads_test.cpp, L-2 needs a planner and is in failover_plan_test.cpp.
#include "hand_time.hpp"
#include "spillway/policy/planner.hpp"
#include "spillway/policy/quota.hpp"
#include "spillway/random.hpp"
#include "support/plan_row.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <deque>
#include <vector>

namespace spillway {
namespace {

using PlainQuota = Quota<PlainWord>;
using testing::Bound;
using testing::holds;

// The provider's counter, used by us and by a stranger; it says what remains.
struct Provider {
    static constexpr Tokens limit = 60'000;
    SlidingWindow<PlainWord, 60> counter{1s};

    struct Reply {
        bool throttled;
        Tokens remaining;
    };
    Reply serve(Tokens tokens, TimePoint now) {
        const bool taken = counter.take(static_cast<std::uint64_t>(tokens), limit, now);
        return {!taken, limit - static_cast<Tokens>(counter.sum(now))};
    }
};

// Ten requests a second of 100 tokens, answered one second later; at 30 s a stranger takes nearly
// all.
TEST(QuotaPlan, FollowsAStrangersUseWithinOneResponse) {
    Provider provider;
    PlainQuota quota({.tpm = Provider::limit});
    struct Answer {
        TimePoint at;
        TimePoint sent_at;
        Provider::Reply reply;
    };
    std::deque<Answer> on_their_way;
    int throttled = 0;
    for (int i = 0; i < 10 * 80; ++i) {
        const TimePoint now = t0 + i * 100ms;
        if (now == t0 + 30s) { provider.counter.raise_to(Provider::limit - 50, now, now); }
        while (!on_their_way.empty() && on_their_way.front().at <= now) {
            const Answer& answer = on_their_way.front();
            throttled += answer.reply.throttled;
            quota.apply_hint({.remaining_tokens = answer.reply.remaining}, answer.sent_at, now);
            on_their_way.pop_front();
        }
        if (quota.reserve(100, now) == QuotaAnswer::admitted) {
            on_their_way.push_back({now + 1s, now, provider.serve(100, now)});
        }
    }

    // Those already under way when the first answer came cannot be called back.
    constexpr int under_way = 10;
    EXPECT_GE(throttled, 1);
    EXPECT_TRUE(holds({"L-3", std::max(0, throttled - 1 - under_way) * 1.0,
                       "429s-after-the-first-answer", Bound::at_most, 2}));
}

TEST(QuotaPlan, ChargesWhatWasUsed) {
    constexpr std::uint64_t seed = 20261122;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    Rng rng(seed);
    PlainQuota quota({.tpm = 0, .rpm = 0, .settle_actual = true});
    Tokens truth = 0;
    constexpr int requests = 100'000;
    for (int i = 0; i < requests; ++i) {
        const TimePoint at = t0 + std::chrono::microseconds(400) * i;
        const TimePoint ended = at + std::chrono::milliseconds(rng.next() % 15'000);
        const auto estimate = static_cast<Tokens>(1 + rng.next() % 4000);
        const auto actual = static_cast<Tokens>(rng.next() % 5000);
        ASSERT_EQ(quota.reserve(estimate, at), QuotaAnswer::admitted);
        switch (rng.next() % 4) {
            case 0: quota.give_back({at, estimate}, ended); break;  // never sent
            case 1: truth += estimate; break;                       // usage never learnt
            default: quota.settle({at, estimate}, actual, ended); truth += actual;
        }
    }

    const Tokens drift = quota.tokens_used(t0 + 55s) - truth;
    EXPECT_TRUE(holds({"L-4", static_cast<double>(drift), "tokens-drift-of-100000-requests",
                       Bound::exactly, 0}));
}

TEST(QuotaPlan, ARefundCreditsNothingThatTimeHasGivenBack) {
    Tokens over_credit = 0;
    for (const Duration age : {59s, 61s, 300s}) {
        PlainQuota quota({.tpm = 1000, .settle_actual = true});
        ASSERT_EQ(quota.reserve(900, t0), QuotaAnswer::admitted);
        const TimePoint now = t0 + age;
        if (age > 60s) { ASSERT_EQ(quota.reserve(700, now), QuotaAnswer::admitted); }
        const Tokens before = quota.tokens_used(now);

        quota.settle({t0, 900}, 0, now);

        const Tokens owed = age > 60s ? before : 0;
        over_credit += owed - quota.tokens_used(now);
    }

    EXPECT_TRUE(holds({"L-5", static_cast<double>(over_credit), "tokens-over-credit",
                       Bound::exactly, 0}));
}

TEST(QuotaPlan, ARefusalLeavesNothingTaken) {
    PlainQuota by_tokens({.tpm = 1000, .rpm = 6000});
    ASSERT_EQ(by_tokens.reserve(1000, t0), QuotaAnswer::admitted);
    PlainQuota by_requests({.tpm = 1'000'000, .rpm = 3});
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(by_requests.reserve(1, t0 + i * 11s), QuotaAnswer::admitted);
    }

    for (int i = 0; i < 10'000; ++i) {
        ASSERT_EQ(by_tokens.reserve(1, t0), QuotaAnswer::tokens_full);
        ASSERT_EQ(by_requests.reserve(1, t0 + 33s), QuotaAnswer::requests_full);
    }

    const auto leaked = by_tokens.requests_used(t0) - 1 + by_requests.tokens_used(t0 + 33s) - 3;
    EXPECT_TRUE(holds({"L-6", static_cast<double>(leaked), "leaked-units", Bound::exactly, 0}));
}

TEST(QuotaPlan, RefusesWhatCanNeverFitAtOnceAndWithoutAHint) {
    PlainQuota quota({.tpm = 1000});
    Rng rng(1);
    const DeploymentView view{.quota = quota.would_admit(1001, t0),
                              .quota_ready_at = quota.ready_at(1001, t0)};
    const Refusal refused = refusal(plan({&view, 1}, t0, rng));

    EXPECT_EQ(quota.reserve(1001, t0), QuotaAnswer::too_big);
    EXPECT_EQ(refused.kind, Refusal::Kind::too_big);
    const double hints = refused.ready_at == TimePoint{} ? 0.0 : 1.0;
    EXPECT_TRUE(holds({"L-12", hints, "retry-hints", Bound::exactly, 0}));
}

}  // namespace
}  // namespace spillway
