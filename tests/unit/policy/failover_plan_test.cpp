// Rows B-10 to B-15 and L-2 of the test plan as far as planner, breakers, cool-downs and quotas
// decide them together.
#include "support/plan_row.hpp"
#include "world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace spillway {
namespace {

using State = Breaker::State;
using testing::Bound;
using testing::holds;

// Which failures open a region is the fleet's rule (reliability.md §2.5), stated here again: six,
// of which three of one deployment count.
bool accused(const World& world, TimePoint now) {
    std::uint64_t evidence = 0;
    for (const Site& site : world.sites) {
        evidence += std::min<std::uint64_t>(site.failed.sum(now), 3);
    }
    return evidence >= 6;
}

int requests_through_a_dead_region(bool one_verdict) {
    int met = 0;
    World world({Site(0), Site(0), Site(0), Site(0), Site(1)},
                [](std::size_t site, TimePoint) { return site < 4 ? status(503) : Answer{}; });
    Rng rng(1);
    for (int i = 0; i < 100; ++i) {
        const TimePoint now = t0 + i * 10ms;
        int before = 0;
        int after = 0;
        for (std::size_t s = 0; s < 4; ++s) { before += world.sites[s].attempts; }
        world.request(now);
        for (std::size_t s = 0; s < 4; ++s) { after += world.sites[s].attempts; }
        met += after > before;
        if (one_verdict && accused(world, now)) {
            world.region.trip(Breaker::Reason::region, world.params, now, rng);
        }
    }
    return met;
}

TEST(FailoverPlan, OneVerdictSparesTheRestOfARegion) {
    const int with = requests_through_a_dead_region(true);

    EXPECT_TRUE(holds({"B-10", with * 1.0, "requests-through-the-region", Bound::at_most, 6}));
    EXPECT_LT(with, requests_through_a_dead_region(false));
}

TEST(FailoverPlan, AWrongKeyOpensOneDeploymentAndAlertsOnce) {
    World world({Site(0), Site(0), Site(0)},
                [](std::size_t site, TimePoint) { return site == 1 ? status(401) : Answer{}; });
    int failed = 0;
    for (int i = 0; i < 3000; ++i) { failed += !world.request(t0 + i * 10ms); }

    const double share = world.sites[0].attempts / 3000.0;
    EXPECT_EQ(world.sites[1].breaker.reason(), Breaker::Reason::misconfigured);
    EXPECT_EQ(world.sites[0].breaker.state(), State::closed);
    EXPECT_EQ(failed, 0);
    EXPECT_TRUE(holds({"B-11", world.alerts * 1.0, "alerts", Bound::exactly, 1}));
    EXPECT_TRUE(holds({"B-11", std::abs(share - 0.5), "deviation-of-others'-share", Bound::at_most,
                       0.05}));
}

TEST(FailoverPlan, TriesLittleWhileEverybodyIsDown) {
    World world({Site(0), Site(0), Site(1), Site(1)},
                [](std::size_t, TimePoint) { return status(500); });
    constexpr int seconds = 120;
    constexpr int rate = 100;
    int at_ten_seconds = 0;
    int attempts = 0;
    for (int i = 0; i < seconds * rate; ++i) {
        if (i == 10 * rate) { at_ten_seconds = attempts; }
        world.request(t0 + i * 10ms);
        attempts = 0;
        for (const Site& site : world.sites) { attempts += site.attempts; }
    }

    const double steady = attempts - at_ten_seconds;
    const double allowed = (seconds - 10) * (4 + 0.05 * rate);
    EXPECT_TRUE(holds({"B-12", steady / allowed, "attempts/(1/s/dep+5%)", Bound::at_most, 1}));
    EXPECT_GT(steady, (seconds - 10) * 0.9) << "somebody has to notice the recovery";
}

TEST(FailoverPlan, NoticesARecoveryWhileEverybodyIsDown) {
    constexpr auto healed = t0 + 300s;
    World world({Site(0), Site(1)},
                [&](std::size_t, TimePoint now) { return now < healed ? status(500) : Answer{}; });
    TimePoint last_failure = t0;
    for (int i = 0; i < 400 * 20; ++i) {
        const TimePoint now = t0 + i * 50ms;
        if (!world.request(now)) { last_failure = now; }
    }

    EXPECT_LE(last_failure - healed, 2s);
}

// Coefficient of determination of a straight line through (0, y0), (1, y1), …
double linearity(const std::vector<double>& y) {
    const double n = static_cast<double>(y.size());
    double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double x = static_cast<double>(i);
        sx += x;
        sy += y[i];
        sxx += x * x;
        sxy += x * y[i];
        syy += y[i] * y[i];
    }
    const double covariance = n * sxy - sx * sy;
    return covariance * covariance / ((n * sxx - sx * sx) * (n * syy - sy * sy));
}

TEST(FailoverPlan, ReturnsToARecoveredDeploymentByARamp) {
    bool broken = true;
    World world({Site(0), Site(0)}, [&](std::size_t site, TimePoint) {
        return site == 0 && broken ? status(500) : Answer{};
    });
    TimePoint now = t0;
    while (world.sites[0].breaker.state() == State::closed) { world.request(now += 1ms); }
    broken = false;
    while (world.sites[0].breaker.state() != State::closed) { world.request(now += 1ms); }

    std::vector<double> share;
    for (int second = 0; second < 30; ++second) {
        const int before = world.sites[0].attempts;
        for (int i = 0; i < 1000; ++i) { world.request(now += 1ms); }
        share.push_back((world.sites[0].attempts - before) / 1000.0);
    }

    EXPECT_TRUE(holds({"B-13", linearity(share), "R2(share,30s)", Bound::at_least, 0.9}));
    // A tenth of the half that is its own, then all of it.
    EXPECT_NEAR(share.front(), 0.05, 0.03);
    EXPECT_NEAR(share.back(), 0.5, 0.05);
}

TEST(FailoverPlan, AvoidsASlowDeploymentWithoutOpeningIt) {
    World world({Site(0), Site(0)},
                [](std::size_t site, TimePoint) { return Answer{.slow = site == 0}; });
    world.params.slow_start = 3s;
    for (int i = 0; i < 20 * 300; ++i) { world.request(t0 + i * 50ms); }

    const double share = 100.0 * world.sites[0].attempts / (20 * 300);
    EXPECT_EQ(world.sites[0].breaker.state(), State::closed);
    EXPECT_TRUE(holds({"B-14", share, "%-to-the-slow-one(20rps)", Bound::at_most, 5}));
}

TEST(FailoverPlan, AFlappingDeploymentCostsNobodyAnAnswer) {
    World world({Site(0), Site(1)}, [](std::size_t site, TimePoint now) {
        const bool bad = ((now - t0) / 5s) % 2 == 1;
        return site == 0 && bad ? status(503) : Answer{};
    });
    int answered = 0;
    constexpr int requests = 20 * 300;
    for (int i = 0; i < requests; ++i) { answered += world.request(t0 + i * 50ms); }

    EXPECT_TRUE(holds({"B-15", 100.0 * answered / requests, "%-answered", Bound::at_least, 99.9}));
    EXPECT_TRUE(holds({"B-15", world.sites[0].transitions * 1.0, "transitions", Bound::at_most,
                       40}));
}

// Azure's side of a TPM limit: a counter that is reset every minute, at a phase we do not know.
class MinuteCounter {
public:
    bool admit(Tokens tokens, Tokens limit, TimePoint now) {
        const auto minute = (now - TimePoint{} + 17s) / 60s;
        if (minute != minute_) { used_ = 0; }
        minute_ = minute;
        if (used_ + tokens > limit) { return false; }
        used_ += tokens;
        return true;
    }

private:
    std::int64_t minute_ = 0;
    Tokens used_ = 0;
};

TEST(FailoverPlan, SpillsBeforeTheProviderThrottles) {
    constexpr Tokens limit = 60'000;
    MinuteCounter east;
    int throttled = 0;
    World world({Site(0, {.tpm = limit}), Site(1)}, [&](std::size_t site, TimePoint now) {
        if (site == 1 || east.admit(100, limit, now)) { return Answer{}; }
        ++throttled;
        return status(429);
    });
    int answered = 0;
    constexpr int requests = 50 * 300;
    for (int i = 0; i < requests; ++i) { answered += world.request(t0 + i * 20ms); }

    EXPECT_EQ(answered, requests);
    EXPECT_TRUE(holds({"L-2", 100.0 * throttled / requests, "%-429-upstream", Bound::at_most,
                       0.1}));
    EXPECT_GE(world.sites[0].attempts, 5 * 600 * 97 / 100) << "and east is used to its limit";
}

}  // namespace
}  // namespace spillway
