#include "spillway/policy/planner.hpp"

#include "hand_time.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <set>
#include <vector>

namespace spillway {
namespace {

using Access = Breaker::Access;

DeploymentView view(std::uint32_t id, std::uint8_t tier) {
    return {.id = DeploymentId{id}, .tier = tier};
}

std::vector<std::size_t> order_of(const Plan& plan) {
    std::vector<std::size_t> ids;
    for (const Considered& candidate : plan.candidates()) { ids.push_back(index(candidate.id)); }
    return ids;
}

class Planner : public ::testing::Test {
protected:
    Plan made() { return plan(views, t0, rng); }

    std::vector<DeploymentView> views{view(0, 0), view(1, 1), view(2, 2)};
    Rng rng{3};
};

TEST_F(Planner, GoesTierByTier) {
    EXPECT_EQ(order_of(made()), (std::vector<std::size_t>{0, 1, 2}));
}

TEST_F(Planner, PutsDegradedLastInsideItsTierOnly) {
    views = {view(0, 0), view(1, 0), view(2, 1)};
    views[0].degraded = true;

    EXPECT_EQ(order_of(made()), (std::vector<std::size_t>{1, 0, 2}));
}

TEST_F(Planner, PutsTheRestOfAnUnreachableResourceBehindEverybody) {
    views = {view(0, 0), view(1, 0), view(2, 0), view(3, 1), view(4, 2)};
    for (const std::size_t i : {0U, 1U, 2U}) { views[i].suspect = true; }
    views[0].tried = true;
    views[4].ramp = 0.0;  // it has just closed

    const std::vector<std::size_t> order = order_of(made());

    ASSERT_EQ(order.size(), 4U);
    EXPECT_EQ((std::vector{order[0], order[1]}), (std::vector<std::size_t>{3, 4}));
}

TEST_F(Planner, PutsAProbeFirstInItsTier) {
    views = {view(0, 0), view(1, 0), view(2, 1)};
    views[1].breaker = Access::probe;

    const Plan plan = made();

    EXPECT_EQ(order_of(plan), (std::vector<std::size_t>{1, 0, 2}));
    EXPECT_TRUE(plan.candidates()[0].probe);
    EXPECT_FALSE(plan.candidates()[1].probe);
}

TEST_F(Planner, RisksOneProbePerRequest) {
    views = {view(0, 0), view(1, 0), view(2, 1), view(3, 1)};
    for (const std::size_t i : {0U, 1U, 2U}) { views[i].breaker = Access::probe; }

    const auto order = order_of(made());

    ASSERT_EQ(order.size(), 4U);
    EXPECT_LE(order[0], 1U);
    EXPECT_EQ(order[1], 3U) << "a healthy one follows the first probe, whatever its tier";
}

TEST_F(Planner, ProbesARegionAsItProbesADeployment) {
    views[0].region = Access::probe;

    EXPECT_TRUE(made().candidates()[0].probe);
}

TEST_F(Planner, SharesATierByWeight) {
    views = {view(0, 0), view(1, 0), view(2, 0)};
    views[0].weight = 7.0;
    views[1].weight = 2.0;
    std::map<std::size_t, int> first;

    for (int i = 0; i < 10'000; ++i) { ++first[order_of(made())[0]]; }

    EXPECT_NEAR(first[0], 7000, 200);
    EXPECT_NEAR(first[1], 2000, 200);
    EXPECT_NEAR(first[2], 1000, 200);
}

// One skip at a time, and what the caller may be told about it.
TEST_F(Planner, NamesTheReasonOfEverySkip) {
    struct Case {
        Skip skip;
        DeploymentView view;
        TimePoint ready_at;
    };
    const DeploymentView timed{
        .reopens_at = t0 + 1s, .cools_until = TimePoint{}, .quota_ready_at = t0 + 3s};
    std::vector<Case> cases;
    const auto add = [&](Skip skip, auto change, TimePoint ready_at = TimePoint{}) {
        Case added{skip, timed, ready_at};
        change(added.view);
        cases.push_back(added);
    };
    add(Skip::residency, [](auto& v) { v.residency_ok = false; });
    add(Skip::tried, [](auto& v) { v.tried = true; });
    add(Skip::unsupported, [](auto& v) { v.supported = false; });
    add(Skip::too_big, [](auto& v) { v.quota = QuotaAnswer::too_big; });
    add(
        Skip::open, [](auto& v) { v.breaker = Access::no; }, t0 + 1s);
    add(
        Skip::probing, [](auto& v) { v.breaker = Access::probing; }, t0 + 1s);
    add(
        Skip::region_open, [](auto& v) { v.region = Access::no; }, t0 + 1s);
    add(
        Skip::cooling, [](auto& v) { v.cools_until = t0 + 2s; }, t0 + 2s);
    add(
        Skip::requests_full, [](auto& v) { v.quota = QuotaAnswer::requests_full; }, t0 + 3s);
    add(
        Skip::tokens_full, [](auto& v) { v.quota = QuotaAnswer::tokens_full; }, t0 + 3s);
    for (const Case& c : cases) {
        views = {c.view};
        const Plan plan = made();
        ASSERT_EQ(plan.skipped().size(), 1U);
        EXPECT_EQ(name(plan.skipped()[0].skip), name(c.skip));
        EXPECT_EQ(plan.skipped()[0].ready_at, c.ready_at) << name(c.skip);
    }
}

// Each view has all the faults from its own on: the plan names the first of the documented order.
TEST_F(Planner, NamesTheFirstReasonOfTheDocumentedOrder) {
    DeploymentView faulty{.quota = QuotaAnswer::tokens_full};
    const auto named = [&] {
        views = {faulty};
        return made().skipped()[0].skip;
    };
    EXPECT_EQ(named(), Skip::tokens_full);
    faulty.cools_until = t0 + 1s;
    EXPECT_EQ(named(), Skip::cooling);
    faulty.region = Access::no;
    EXPECT_EQ(named(), Skip::region_open);
    faulty.breaker = Access::no;
    EXPECT_EQ(named(), Skip::open);
    faulty.quota = QuotaAnswer::too_big;
    EXPECT_EQ(named(), Skip::too_big);
    faulty.supported = false;
    EXPECT_EQ(named(), Skip::unsupported);
    faulty.tried = true;
    EXPECT_EQ(named(), Skip::tried);
    faulty.residency_ok = false;
    EXPECT_EQ(named(), Skip::residency);
}

TEST_F(Planner, TakesACoolDownThatIsOverForNone) {
    views[0].cools_until = t0;

    EXPECT_EQ(order_of(made())[0], 0U);
}

TEST_F(Planner, PanicsAtTheSoonestToReopen) {
    for (DeploymentView& v : views) { v.breaker = Access::no; }
    views[0].reopens_at = t0 + 30s;
    views[1].reopens_at = t0 + 10s;
    views[2].reopens_at = t0 + 20s;

    EXPECT_EQ(made().panic, 1);
}

TEST_F(Planner, DoesNotPanicWhileAnybodyIsEligible) {
    views[0].breaker = Access::no;
    views[1].breaker = Access::no;

    EXPECT_EQ(made().panic, Plan::none);
}

TEST_F(Planner, DoesNotPanicWhenAnybodyIsMerelyThrottled) {
    for (DeploymentView& v : views) { v.breaker = Access::no; }
    views[2].breaker = Access::yes;
    views[2].cools_until = t0 + 5s;

    EXPECT_EQ(made().panic, Plan::none);
}

TEST_F(Planner, DoesNotPanicAtABrokenOneThatToldUsToWait) {
    for (DeploymentView& v : views) { v.breaker = Access::no; }
    views[0].cools_until = t0 + 5s;
    views[1].quota = QuotaAnswer::tokens_full;
    views[2].tried = true;

    EXPECT_EQ(made().panic, Plan::none);
}

TEST_F(Planner, RefusesWithTheSoonestCapacity) {
    views[0].cools_until = t0 + 20s;
    views[1].quota = QuotaAnswer::tokens_full;
    views[1].quota_ready_at = t0 + 5s;
    views[2].breaker = Access::no;
    views[2].reopens_at = t0 + 1s;

    const Refusal refused = refusal(made());

    EXPECT_EQ(refused.kind, Refusal::Kind::throttled);
    EXPECT_EQ(refused.ready_at, t0 + 5s);
}

TEST_F(Planner, RefusesAsUnavailableWhenEverybodyIsBroken) {
    for (DeploymentView& v : views) { v.breaker = Access::no; }
    views[0].reopens_at = t0 + 9s;
    views[1].reopens_at = t0 + 8s;
    views[2].tried = true;

    const Refusal refused = refusal(made());

    EXPECT_EQ(refused.kind, Refusal::Kind::unavailable);
    EXPECT_EQ(refused.ready_at, t0 + 8s);
}

TEST_F(Planner, RefusesWithoutATimeWhatNobodyCanEverServe) {
    for (DeploymentView& v : views) { v.quota = QuotaAnswer::too_big; }
    EXPECT_EQ(refusal(made()).kind, Refusal::Kind::too_big);
    EXPECT_EQ(refusal(made()).ready_at, TimePoint{});

    for (DeploymentView& v : views) { v.residency_ok = false; }
    views[1] = {.supported = false};
    EXPECT_EQ(refusal(made()).kind, Refusal::Kind::impossible);
}

TEST_F(Planner, GivesWhatRecoversItsShareEvenAloneInItsTier) {
    views[0].ramp = 0.3;
    int first = 0;
    for (int i = 0; i < 10'000; ++i) { first += index(made().candidates()[0].id) == 0 ? 1 : 0; }

    EXPECT_NEAR(first, 3'000, 200);
    EXPECT_EQ(made().eligible, 3);
}

TEST_F(Planner, DoesNotCallARestAfterA503AUsedUpLimit) {
    for (DeploymentView& each : views) {
        each.cools_until = t0 + 9s;
        each.rests = true;
    }

    const Refusal refused = refusal(made());

    EXPECT_EQ(refused.kind, Refusal::Kind::unavailable);
    EXPECT_EQ(refused.ready_at, t0 + 9s);
}

TEST_F(Planner, RefusesAsUnavailableWhenEverybodyWasTried) {
    for (DeploymentView& v : views) { v.tried = true; }

    EXPECT_EQ(refusal(made()).kind, Refusal::Kind::unavailable);
}

DeploymentView random_view(std::uint32_t id, Rng& rng) {
    const auto one_in = [&rng](std::uint64_t n) { return rng.next() % n == 0; };
    return {.id = DeploymentId{id},
            .tier = static_cast<std::uint8_t>(rng.next() % 3),
            .weight = rng.unit() * 10.0,
            .tried = one_in(6),
            .residency_ok = !one_in(6),
            .supported = !one_in(8),
            .degraded = one_in(4),
            .breaker = static_cast<Access>(rng.next() % 4),
            .region = one_in(4) ? static_cast<Access>(rng.next() % 4) : Access::yes,
            .reopens_at = t0 + std::chrono::seconds(rng.next() % 60),
            .cools_until = one_in(5) ? t0 + 3s : TimePoint{},
            .quota = one_in(4) ? static_cast<QuotaAnswer>(rng.next() % 4) : QuotaAnswer::admitted};
}

TEST(PlannerProperty, AccountsForEveryDeploymentAndCrossesNoBorder) {
    constexpr std::uint64_t seed = 20261122;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    Rng rng(seed);
    for (int round = 0; round < 20'000; ++round) {
        std::vector<DeploymentView> views;
        const auto count = static_cast<std::uint32_t>(rng.next() % (route_deployments_max + 1));
        for (std::uint32_t id = 0; id < count; ++id) { views.push_back(random_view(id, rng)); }

        const Plan made = plan(views, t0, rng);

        std::set<unsigned> seen;
        for (std::size_t i = 0; i < made.total; ++i) { seen.insert(made.order[i].position); }
        ASSERT_EQ(made.total, count);
        ASSERT_EQ(seen.size(), count);
        for (const Considered& candidate : made.candidates()) {
            const DeploymentView& v = views[candidate.position];
            ASSERT_TRUE(v.residency_ok && !v.tried && v.supported) << "round " << round;
            ASSERT_TRUE(v.breaker == Access::yes || v.breaker == Access::probe);
            ASSERT_EQ(v.quota, QuotaAnswer::admitted);
        }
        for (const Considered& skipped : made.skipped()) { ASSERT_NE(skipped.skip, Skip::none); }
        ASSERT_TRUE(made.panic == Plan::none || made.eligible == 0);
    }
}

}  // namespace
}  // namespace spillway
