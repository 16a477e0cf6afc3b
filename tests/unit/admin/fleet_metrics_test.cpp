#include "admin/fleet_metrics.hpp"

#include "unit/admin/sources.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using namespace std::chrono_literals;

std::string text_of(const FleetStatus& status) {
    Exposition exposition;
    add_fleet_metrics(status, exposition);
    return exposition_text(std::move(exposition).families());
}

TEST(FleetMetrics, ShowWhatTheUpstreamSaysIsLeftOnlyOnceItSaidSo) {
    FakeGateway gateway;
    EXPECT_EQ(text_of(gateway.fleet).find("ratelimit_remaining"), std::string::npos);

    gateway.fleet.deployments[0].upstream_remaining = {Tokens{0}, 7, 1s};
    const std::string text = text_of(gateway.fleet);

    const std::string name = "spillway_upstream_ratelimit_remaining_";
    EXPECT_NE(text.find(name + "tokens{deployment=\"gpt-4o-east\"} 0\n"), std::string::npos);
    EXPECT_NE(text.find(name + "requests{deployment=\"gpt-4o-east\"} 7\n"), std::string::npos);
    EXPECT_EQ(text.find(name + "tokens{deployment=\"gpt-4o-west\"}"), std::string::npos);
}

TEST(FleetMetrics, SayEveryStateOfABreakerInItsOwnSeries) {
    FakeGateway gateway;
    gateway.fleet.deployments[0].breaker.state = Breaker::State::half_open;
    const std::string text = text_of(gateway.fleet);

    const std::string state = "spillway_deployment_state{deployment=\"gpt-4o-east\",state=";
    EXPECT_NE(text.find(state + "\"closed\"} 0\n"), std::string::npos) << text;
    EXPECT_NE(text.find(state + "\"open\"} 0\n"), std::string::npos);
    EXPECT_NE(text.find(state + "\"half_open\"} 1\n"), std::string::npos);
}

TEST(FleetMetrics, ShowLimitsUseAndCoolDown) {
    FakeGateway gateway;
    DeploymentStatus& east = gateway.fleet.deployments[0];
    east.kind = ResourceKind::azure_v1;
    east.tpm_limit = 100'000;
    east.tpm_used = 42'000;
    east.rpm_limit = 600;
    east.rpm_used = 5;
    east.cools_for = 1500ms;
    const std::string text = text_of(gateway.fleet);

    for (const char* line :
         {"spillway_deployment_info{deployment=\"gpt-4o-east\",resource=\"east\","
          "region=\"eastus\",kind=\"azure_v1\"} 1\n",
          "spillway_deployment_tpm_limit{deployment=\"gpt-4o-east\"} 100000\n",
          "spillway_deployment_tpm_used{deployment=\"gpt-4o-east\"} 42000\n",
          "spillway_deployment_rpm_limit{deployment=\"gpt-4o-east\"} 600\n",
          "spillway_deployment_rpm_used{deployment=\"gpt-4o-east\"} 5\n",
          "spillway_deployment_retry_after_seconds{deployment=\"gpt-4o-east\"} 1.5\n"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line;
    }
}

TEST(FleetMetrics, CountWhomARouteCouldTurnTo) {
    FakeGateway gateway;
    ASSERT_EQ(gateway.fleet.routes.size(), 1U);
    RouteStatus& route = gateway.fleet.routes[0];
    route.tiers = {{{DeploymentId{0}, Skip::open}, {DeploymentId{0}, Skip::none}},
                   {{DeploymentId{0}, Skip::tokens_full}}};
    const std::string text = text_of(gateway.fleet);

    const std::string label = "{route=\"" + route.name + "\"} ";
    EXPECT_NE(text.find("spillway_route_deployments" + label + "3\n"), std::string::npos) << text;
    EXPECT_NE(text.find("spillway_route_deployments_eligible" + label + "1\n"), std::string::npos);
}

/// docs/metrics.md counts on nine per deployment and two per route.
TEST(FleetMetrics, AreNineSeriesPerDeploymentAndTwoPerRoute) {
    const FakeGateway gateway;
    Exposition exposition;
    add_fleet_metrics(gateway.fleet, exposition);

    std::size_t series = 0;
    for (const auto& family : std::move(exposition).families()) { series += family.metric.size(); }

    EXPECT_EQ(series, 9 * gateway.fleet.deployments.size() + 2 * gateway.fleet.routes.size());
}

}  // namespace
}  // namespace spillway
