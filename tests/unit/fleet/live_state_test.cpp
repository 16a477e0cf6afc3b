// What a reload keeps: the fleet of the new table over the live state of the old one.
#include "fleet/fleet.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace spillway {
namespace {

using namespace std::chrono_literals;

const TimePoint t0{1h};

Config table(std::vector<DeploymentConfig> deployments) {
    Config config;
    for (const char* name : {"east", "west"}) {
        ResourceConfig resource;
        resource.name = name;
        resource.endpoint.host = std::string(name) + ".example";
        config.resources.push_back(resource);
    }
    RouteConfig route;
    route.name = "gpt-4o";
    for (std::size_t i = 0; i < deployments.size(); ++i) {
        route.tiers.push_back({static_cast<DeploymentId>(i)});
    }
    config.deployments = std::move(deployments);
    config.routes.push_back(route);
    return config;
}

DeploymentConfig deployment(const std::string& name, Tokens tpm, std::size_t resource = 0) {
    DeploymentConfig config;
    config.name = name;
    config.deployment = name;
    config.resource = static_cast<ResourceId>(resource);
    config.tpm = tpm;
    return config;
}

Deployment& live(const Fleet& fleet, std::size_t at) { return *fleet.deployments()[at].live; }

bool admits(const Fleet& fleet, std::size_t at, Tokens tokens) {
    auto answer = live(fleet, at).acquire(tokens, t0);
    if (auto* permit = std::get_if<Permit>(&answer)) {
        permit->sent();
        return true;
    }
    return false;
}

void open_breaker(Deployment& deployment) {
    Rng rng(1);
    while (deployment.breaker().state() == Breaker::State::closed) {
        auto answer = deployment.acquire(1, t0);
        std::get<Permit>(answer).report({Effect::hard, false, false, {}}, t0, rng);
    }
}

class LiveStates : public testing::Test {
protected:
    LiveState state{RetryBudgetParams{}};
};

TEST_F(LiveStates, KeepWhatWasUsedUnderChangedLimits) {
    const Fleet before(table({deployment("a", 1000)}), state);
    ASSERT_TRUE(admits(before, 0, 900));

    const Fleet after(table({deployment("a", 2000)}), state);
    EXPECT_FALSE(admits(after, 0, 200)) << "the new table is not in effect yet";
    after.take_effect();

    EXPECT_TRUE(admits(after, 0, 1100));
    EXPECT_FALSE(admits(after, 0, 1));
    EXPECT_FALSE(admits(before, 0, 1)) << "one limit, whichever table a request began with";
}

TEST_F(LiveStates, HoldASmallerLimitAgainstWhatWasUsed) {
    const Fleet before(table({deployment("a", 1000)}), state);
    ASSERT_TRUE(admits(before, 0, 900));

    const Fleet after(table({deployment("a", 500)}), state);
    after.take_effect();

    EXPECT_FALSE(admits(after, 0, 1));
}

TEST_F(LiveStates, KeepAnOpenBreaker) {
    const Fleet before(table({deployment("a", 0), deployment("b", 0)}), state);
    open_breaker(live(before, 1));
    const TimePoint reopens = live(before, 1).breaker().reopens_at();

    // It has another position now, another weight, and its route another name.
    Config config = table({deployment("b", 0), deployment("new", 0)});
    config.deployments[0].weight = 7;
    config.routes[0].name = "other";
    const Fleet after(config, state);
    after.take_effect();

    EXPECT_EQ(live(after, 0).breaker().state(), Breaker::State::open);
    EXPECT_EQ(live(after, 0).breaker().reopens_at(), reopens);
    EXPECT_EQ(live(after, 1).breaker().state(), Breaker::State::closed);
}

TEST_F(LiveStates, ApplyOtherBreakerParametersToTheSameBreaker) {
    const Fleet before(table({deployment("a", 0)}), state);
    Config config = table({deployment("a", 0)});
    config.breaker.consecutive_failures = 2;
    const Fleet after(config, state);
    after.take_effect();
    Rng rng(1);

    for (int i = 0; i < 2; ++i) {
        auto answer = live(before, 0).acquire(1, t0);
        std::get<Permit>(answer).report({Effect::hard, false, false, {}}, t0, rng);
    }

    EXPECT_EQ(live(after, 0).breaker().state(), Breaker::State::open);
}

TEST_F(LiveStates, AreOfAnotherDeploymentWhenItMoves) {
    const Fleet before(table({deployment("a", 1000)}), state);
    ASSERT_TRUE(admits(before, 0, 1000));

    const Fleet after(table({deployment("a", 1000, 1)}), state);
    after.take_effect();

    EXPECT_TRUE(admits(after, 0, 1000)) << "another resource counts for itself";
}

TEST_F(LiveStates, GoWithTheLastTableThatNamesThem) {
    std::weak_ptr<Deployment> gone;
    auto before = std::make_unique<Fleet>(table({deployment("a", 0), deployment("b", 0)}), state);
    gone = before->deployments()[1].live;

    const Fleet after(table({deployment("a", 0)}), state);
    EXPECT_FALSE(gone.expired()) << "a request may still be using it";
    before.reset();

    EXPECT_TRUE(gone.expired());
}

// Thread sanitizer's business: workers use what a reload changes.
TEST_F(LiveStates, ChangeWhileWorkersUseThem) {
    auto fleet = std::make_shared<const Fleet>(table({deployment("a", 1000)}), state);
    std::atomic<bool> over{false};
    const auto work = [&over, used = fleet] {
        Rng rng(1);
        for (TimePoint now = t0; !over; now += 1ms) {
            DeploymentView view;
            live(*used, 0).describe(view, 10, now);
            auto answer = live(*used, 0).acquire(10, now);
            auto* permit = std::get_if<Permit>(&answer);
            if (permit != nullptr) { permit->report({Effect::local, true, false, {}}, now, rng); }
        }
    };
    std::thread first(work);
    std::thread second(work);
    for (std::uint8_t i = 1; i < 200; ++i) {
        Config config = table({deployment("a", 1000 + i), deployment("b", i, i % 2)});
        config.breaker.local_failures = i;
        const auto next = std::make_shared<const Fleet>(config, state);
        next->take_effect();
        fleet = next;
    }
    over = true;
    first.join();
    second.join();

    EXPECT_EQ(live(*fleet, 0).params().breaker.local_failures, 199);
    EXPECT_EQ(live(*fleet, 0).quota().limits().tpm, 1199);
}

}  // namespace
}  // namespace spillway
