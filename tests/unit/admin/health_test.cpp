#include "admin/health.hpp"

#include "unit/admin/sources.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using namespace std::chrono_literals;
constexpr TimePoint t0 = FakeGateway::t0;

TEST(Liveness, EndsWhenOneWorkerFallsSilent) {
    FakeGateway gateway(2);
    const AdminSources sources = gateway.sources();
    gateway.cells.worker(0).heartbeat.beat(t0 + 5s);

    EXPECT_TRUE(liveness(sources, t0 + silence_max).healthy);
    const HealthReport late = liveness(sources, t0 + silence_max + 1ms);
    EXPECT_FALSE(late.healthy);
    EXPECT_EQ(late.lines, "[+]worker 0 ok\n[-]worker 1 has been silent for 5001 ms\n");
}

TEST(Liveness, GivesAWorkerThatHasNotTickedYetTheSameTime) {
    FakeGateway gateway(0);
    CellRegistry fresh(1);
    AdminSources sources = gateway.sources();
    sources.cells = &fresh;
    sources.started_at = t0;

    EXPECT_TRUE(liveness(sources, t0 + silence_max).healthy);
    EXPECT_FALSE(liveness(sources, t0 + silence_max + 1ms).healthy);
}

TEST(Liveness, DoesNotDependOnUpstreams) {
    FakeGateway gateway(1);
    for (DeploymentStatus& deployment : gateway.fleet.deployments) {
        deployment.breaker.state = Breaker::State::open;
    }

    EXPECT_TRUE(liveness(gateway.sources(), t0).healthy);
    EXPECT_TRUE(readiness(gateway.sources()).healthy);
}

TEST(Readiness, BeginsWithTheListenersAndEndsWithTheDrain) {
    FakeGateway gateway(1);

    gateway.readiness = Readiness::starting;
    EXPECT_EQ(readiness(gateway.sources()).lines,
              "[-]listeners are not open yet\n[+]accepting ok\n");
    gateway.readiness = Readiness::ready;
    EXPECT_TRUE(readiness(gateway.sources()).healthy);
    gateway.readiness = Readiness::draining;
    EXPECT_FALSE(readiness(gateway.sources()).healthy);
}

}  // namespace
}  // namespace spillway
