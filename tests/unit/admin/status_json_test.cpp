#include "admin/status_json.hpp"

#include "unit/admin/sources.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace spillway {
namespace {

using namespace std::chrono_literals;

nlohmann::json status_of(FakeGateway& gateway) {
    return nlohmann::json::parse(status_json(gateway.sources(), FakeGateway::t0 + 10ms));
}

TEST(StatusJson, TellsWhoWouldServeARouteAndWhyNotTheOthers) {
    FakeGateway gateway;
    const auto route = status_of(gateway)["routes"][0];

    EXPECT_EQ(route["name"], "gpt-4o");
    EXPECT_EQ(route["tiers"][0][0],
              (nlohmann::json{
                  {"deployment", "gpt-4o-east"}, {"eligible", false}, {"skip", "open"}}));
    EXPECT_EQ(route["tiers"][1][0]["eligible"], true);
    EXPECT_EQ(route["tiers"][1][0]["skip"], nullptr);
}

TEST(StatusJson, CountsDownToTheNextProbeAndTheEndOfACoolDown) {
    FakeGateway gateway;
    DeploymentStatus& east = gateway.fleet.deployments[0];
    east.breaker = {Breaker::State::open, Breaker::Reason::consecutive, 4500ms};
    east.cools_for = 20s;
    east.last_error = LastError{Reason::server_error, 503, 1s};
    const auto status = status_of(gateway)["deployments"][0];

    EXPECT_EQ(status["breaker"]["state"], "open");
    EXPECT_EQ(status["breaker"]["reason"], "consecutive");
    EXPECT_EQ(status["breaker"]["reopens_in_seconds"], 4.5);
    EXPECT_EQ(status["region_breaker"]["reason"], nullptr);
    EXPECT_EQ(status["cools_for_seconds"], 20.0);
    EXPECT_EQ(status["last_error"]["reason"], "server_error");
    EXPECT_EQ(status["last_error"]["status"], 503);
    EXPECT_EQ(status["last_error"]["seconds_ago"], 1.0);
}

TEST(StatusJson, ShowsNoLimitAsNullAndNotAsNothingLeft) {
    FakeGateway gateway;
    gateway.fleet.deployments[0].tpm_limit = 50'000;
    gateway.fleet.deployments[0].tpm_limit_configured = 100'000;
    const auto deployments = status_of(gateway)["deployments"];

    EXPECT_EQ(deployments[0]["tokens_per_minute"],
              (nlohmann::json{{"limit", 50'000},
                              {"configured", 100'000},
                              {"used", 0},
                              {"upstream_remaining", nullptr}}));
    EXPECT_EQ(deployments[1]["tokens_per_minute"]["limit"], nullptr);
    EXPECT_EQ(deployments[1]["requests_per_minute"]["limit"], nullptr);
    EXPECT_EQ(deployments[1]["last_error"], nullptr);
}

TEST(StatusJson, TellsSinceWhenTheTableIsInUseAndWhyTheNextOneIsNot) {
    FakeGateway gateway;
    const auto fine = status_of(gateway)["config"];
    gateway.config.error = "spillway.yaml:3:1: no such key";
    gateway.config.failed_at = FakeGateway::t0 - 5s;
    const auto refused = status_of(gateway)["config"];

    EXPECT_EQ(fine["loaded_at"], "2026-09-21T14:13:20Z");
    EXPECT_EQ(fine["reloads"], 3);
    EXPECT_EQ(fine["failures"], 1);
    EXPECT_EQ(fine["last_error"], nullptr) << "the last attempt went well";
    EXPECT_EQ(refused["last_error"]["message"], "spillway.yaml:3:1: no such key");
    EXPECT_EQ(refused["last_error"]["seconds_ago"], 5.01);
}

TEST(StatusJson, ShowsWhatTheUpstreamSaysIsLeftAndSinceWhen) {
    FakeGateway gateway;
    gateway.fleet.deployments[0].upstream_remaining = {Tokens{700}, std::nullopt, 2s};
    const auto deployments = status_of(gateway)["deployments"];

    EXPECT_EQ(deployments[0]["tokens_per_minute"]["upstream_remaining"], 700);
    EXPECT_EQ(deployments[0]["requests_per_minute"]["upstream_remaining"], nullptr);
    EXPECT_EQ(deployments[0]["upstream_remaining_seconds_ago"], 2.0);
    EXPECT_EQ(deployments[1]["upstream_remaining_seconds_ago"], nullptr);
}

TEST(StatusJson, SaysWhereCallersConnect) {
    FakeGateway gateway;
    const auto listeners = status_of(gateway)["listeners"];

    EXPECT_EQ(listeners[0], (nlohmann::json{{"address", "127.0.0.1:8080"}, {"tls", false}}));
    EXPECT_EQ(listeners[1]["tls"], true);
}

TEST(StatusJson, SaysWhatRunsAndForHowLong) {
    FakeGateway gateway;
    const auto status = status_of(gateway);

    EXPECT_EQ(status["schema"], 1);
    EXPECT_EQ(status["state"], "ready");
    EXPECT_EQ(status["config"]["hash"], "c0ffee");
    EXPECT_NEAR(status["uptime_seconds"].get<double>(), 60.01, 1e-9);
    EXPECT_EQ(status["workers"].size(), 2U);
    EXPECT_EQ(status["workers"][0]["alive"], true);
}

TEST(StatusJson, ShowsWhatIsLeftOfBudgets) {
    FakeGateway gateway;
    const auto status = status_of(gateway);

    const auto& budget = status["budgets"][0];
    EXPECT_EQ(budget["caller"], "agents");
    EXPECT_EQ(budget["day"]["tokens"], (nlohmann::json{{"limit", 1000}, {"used", 250}}));
    EXPECT_EQ(budget["day"]["money"], (nlohmann::json{{"limit", nullptr}, {"used", 0.5}}));
    EXPECT_EQ(budget["month"]["money"], (nlohmann::json{{"limit", 20.0}, {"used", 1.0}}));
    EXPECT_EQ(status["ledger"]["writable"], false);
    EXPECT_EQ(status["ledger"]["failed_writes"], 3);
}

TEST(StatusJson, ShowsWhetherTokensCanBeVerified) {
    FakeGateway gateway;
    const auto issuer = status_of(gateway)["token_issuers"][0];

    EXPECT_EQ(issuer["name"], "acme");
    EXPECT_EQ(issuer["keys"], 4);
    EXPECT_EQ(issuer["refreshes"], (nlohmann::json{{"ok", 2}, {"failed", 1}}));
    EXPECT_EQ(issuer["trouble"], "unreachable");
}

TEST(StatusJson, SurvivesNamesThatAreNotUtf8) {
    FakeGateway gateway;
    gateway.fleet.deployments[0].region = "\xff";

    EXPECT_EQ(status_of(gateway)["deployments"][0]["region"], "\ufffd");
}

}  // namespace
}  // namespace spillway
