#include "unit/config/table.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace spillway {
namespace {

using namespace std::chrono_literals;

// The table of the design page, with a key in place of the managed identity of a later version.
constexpr std::string_view design_table = R"(
# yaml-language-server: $schema=./spillway.schema.json
listen: 0.0.0.0:8080                       # or a list of {address, tls: {certificate, key}}
admin: {listen: 127.0.0.1:9091}
callers:
  agents: {keys: ["spk1:agents:-28cI81Rln_O_Ig9048jbQ:Jtn3xy0ButPSx8-KttEmrgJg-CdFXBxk_H-AFGYqmWQ"]}
workers: 0                                 # threads; 0 = one per core
credentials:
  east-key: {api_key: {env: AOAI_KEY}}
  west-key: {api_key: {env: AOAI_KEY}}
resources:
  east: {kind: azure, endpoint: "https://acme-eastus.openai.azure.com", region: eastus,
         geography: us, api_version: "2024-10-21", credential: east-key}
  west: {kind: azure_v1, endpoint: "https://acme-westus3.openai.azure.com", region: westus3,
         geography: us, credential: west-key}
deployments:
  gpt-4o-east: {resource: east, name: gpt-4o-prod, tpm: 100k, rpm: 600}
  gpt-4o-west: {resource: west, name: gpt-4o-dr,   tpm: 50k,  rpm: 300, weight: 1}
routes:
  gpt-4o:
    aliases: [gpt-4o-prod]
    residency: us
    tiers: [[gpt-4o-east], [gpt-4o-west]]
    timeouts: {connect: 2s, response_head: 60s, first_event: 20s, between_events: 30s, total: 10m}
    retries: {attempts: 3}
defaults: {}
log: {access: stdout, level: info}
)";

TEST(ConfigLoad, ReadsTheTableOfTheDesign) {
    const LoadedConfig loaded = load(design_table);

    ASSERT_EQ(describe_all(loaded, "design", design_table), "");
    const Config& config = *loaded.config;
    EXPECT_EQ(config.listeners.at(0).host, "0.0.0.0");
    EXPECT_EQ(config.listeners.at(0).port, 8080);
    EXPECT_EQ(config.credentials.at(0).secret.value.reveal(), "0123456789abcdef");
    EXPECT_EQ(config.resources.at(1).kind, ResourceKind::azure_v1);
    EXPECT_EQ(config.resources.at(1).endpoint.host, "acme-westus3.openai.azure.com");
    EXPECT_EQ(config.resources.at(1).credential, 1U);
    EXPECT_EQ(config.deployments.at(0).tpm, 100'000);
    EXPECT_EQ(config.deployments.at(1).deployment, "gpt-4o-dr");
    EXPECT_EQ(config.deployments.at(1).resource, ResourceId{1});
}

TEST(ConfigLoad, ReadsTheRouteOfTheDesign) {
    const LoadedConfig loaded = load(design_table);

    ASSERT_TRUE(loaded.config);
    const RouteConfig& route = loaded.config->routes.at(0);
    EXPECT_EQ(route.aliases, std::vector<std::string>{"gpt-4o-prod"});
    EXPECT_EQ(route.residency, "us");
    const std::vector<std::vector<DeploymentId>> tiers{{DeploymentId{0}}, {DeploymentId{1}}};
    EXPECT_EQ(route.tiers, tiers);
    EXPECT_EQ(route.timeouts.connect, 2s);
    EXPECT_EQ(route.timeouts.response_head, 60s);
    EXPECT_EQ(route.timeouts.first_event, 20s);
    EXPECT_EQ(route.timeouts.between_events, 30s);
    EXPECT_EQ(route.timeouts.total, 10min);
    EXPECT_EQ(route.retries.attempts, 3U);
}

TEST(ConfigLoad, KeepsTheStructsDefaultsWhereNothingIsWritten) {
    const LoadedConfig loaded = load(table());

    ASSERT_TRUE(loaded.config);
    EXPECT_EQ(loaded.config->admin.port, AdminConfig{}.port);
    EXPECT_EQ(loaded.config->limits.body_bytes, CallerLimits{}.body_bytes);
    EXPECT_EQ(loaded.config->breaker.open_base, BreakerParams{}.open_base);
    EXPECT_EQ(loaded.config->resources.at(0).api_version, ResourceConfig{}.api_version);
    EXPECT_EQ(loaded.config->deployments.at(0).tpm, 0);
    EXPECT_EQ(loaded.config->routes.at(0).timeouts.total, Timeouts{}.total);
}

TEST(ConfigLoad, ADeploymentIsCalledLikeItsKeyUnlessNamed) {
    const LoadedConfig loaded = load(table());

    ASSERT_TRUE(loaded.config);
    EXPECT_EQ(loaded.config->deployments.at(0).deployment, "chat-east");
}

TEST(ConfigLoad, RoutesStartFromTheDefaultsWhereverTheseStand) {
    const LoadedConfig loaded = load(R"(
listen: 127.0.0.1:8080
resources: {sim: {endpoint: "http://127.0.0.1:9001"}}
deployments: {chat: {resource: sim}}
routes:
  plain: {tiers: [[chat]]}
  patient: {tiers: [[chat]], timeouts: {first_event: 40s}}
defaults: {timeouts: {first_event: 5s, connect: 1s}, retries: {attempts: 2}}
)");

    ASSERT_TRUE(loaded.config);
    EXPECT_EQ(loaded.config->routes.at(0).timeouts.first_event, 5s);
    EXPECT_EQ(loaded.config->routes.at(1).timeouts.first_event, 40s);
    EXPECT_EQ(loaded.config->routes.at(1).timeouts.connect, 1s);
    EXPECT_EQ(loaded.config->routes.at(1).retries.attempts, 2U);
}

TEST(ConfigLoad, SettlementFollowsTheKindUnlessWritten) {
    const LoadedConfig loaded = load(R"(
listen: 127.0.0.1:8080
resources:
  azure: {endpoint: "http://127.0.0.1:9001"}
  other: {kind: openai, endpoint: "http://127.0.0.1:9002/v1"}
deployments:
  a: {resource: azure}
  b: {resource: other}
  c: {resource: other, name: c, settlement: estimate}
routes: {chat: {tiers: [[a, b, c]]}}
)");

    ASSERT_TRUE(loaded.config);
    EXPECT_EQ(loaded.config->deployments.at(0).settlement, Settlement::estimate);
    EXPECT_EQ(loaded.config->deployments.at(1).settlement, Settlement::actual);
    EXPECT_EQ(loaded.config->deployments.at(2).settlement, Settlement::estimate);
}

TEST(ConfigLoad, EveryPolicyParameterArrivesInItsField) {
    const LoadedConfig loaded = load(table(R"(
breaker: {consecutive_failures: 7, local_failures: 4, min_volume: 1k, failure_rate: 0.25,
          open_base: 1s, open_max: 2m, probe_successes: 3, probe_lease: 1500ms, ramp: 0s,
          slow_start: 9s, slow_rate: 0.75}
cooldown: {base: 250ms, cap: 30s}
retry_budget: {per_request: 0.1, per_second: 5, cap: 50}
drain: {delay: 1s, timeout: 1h}
limits: {head_bytes: 32KiB, head_fields: 50, body_bytes: 1MiB, connections: 2k, head_time: 5s,
         body_idle: 6s, write_stall: 7s, keep_alive: 8s}
)"));

    ASSERT_TRUE(loaded.config);
    const BreakerParams& breaker = loaded.config->breaker;
    const CooldownParams& cooldown = loaded.config->cooldown;
    const RetryBudgetParams& budget = loaded.config->retry_budget;
    EXPECT_EQ(breaker.consecutive_failures, 7);
    EXPECT_EQ(breaker.local_failures, 4);
    EXPECT_EQ(breaker.min_volume, 1000U);
    EXPECT_EQ(breaker.failure_rate, 0.25);
    EXPECT_EQ(breaker.open_base, 1s);
    EXPECT_EQ(breaker.open_max, 2min);
    EXPECT_EQ(breaker.probe_successes, 3);
    EXPECT_EQ(breaker.probe_lease, 1500ms);
    EXPECT_EQ(breaker.ramp, 0s);
    EXPECT_EQ(breaker.slow_start, 9s);
    EXPECT_EQ(breaker.slow_rate, 0.75);
    EXPECT_EQ(cooldown.base, 250ms);
    EXPECT_EQ(cooldown.cap, 30s);
    EXPECT_EQ(budget.per_request, 0.1);
    EXPECT_EQ(budget.per_second, 5);
    EXPECT_EQ(budget.cap, 50);
    EXPECT_EQ(loaded.config->drain.timeout, 1h);
    EXPECT_EQ(loaded.config->limits.head_bytes, 32U * 1024);
    EXPECT_EQ(loaded.config->limits.head_fields, 50U);
    EXPECT_EQ(loaded.config->limits.body_bytes, 1024U * 1024);
    EXPECT_EQ(loaded.config->limits.connections, 2000U);
    EXPECT_EQ(loaded.config->limits.head_time, 5s);
    EXPECT_EQ(loaded.config->limits.body_idle, 6s);
    EXPECT_EQ(loaded.config->limits.write_stall, 7s);
    EXPECT_EQ(loaded.config->limits.keep_alive, 8s);
}

TEST(ConfigLoad, ListensOnSeveralAddresses) {
    const LoadedConfig loaded = load(R"(
listen:
  - 127.0.0.1:8080
  - "[::1]:8080"
  - address: localhost:0
resources: {sim: {endpoint: "http://127.0.0.1:9001"}}
deployments: {chat: {resource: sim}}
routes: {chat: {tiers: [[chat]]}}
)");

    ASSERT_TRUE(loaded.config);
    ASSERT_EQ(loaded.config->listeners.size(), 3U);
    EXPECT_EQ(loaded.config->listeners[1].host, "::1");
    EXPECT_EQ(loaded.config->listeners[2].host, "127.0.0.1");
    EXPECT_EQ(loaded.config->listeners[2].port, 0);
    EXPECT_FALSE(loaded.config->listeners[2].tls);
}

TEST(ConfigLoad, EmptySectionsAreMapsWithoutEntries) {
    const LoadedConfig loaded = load(table("defaults:\nlog:\n"));

    EXPECT_TRUE(loaded.config);
}

TEST(ConfigLoad, ATableForElsewhereNeedsNoneOfItsKeysHere) {
    const std::string
        yaml = R"(listen: [{address: "127.0.0.1:1", tls: {certificate: /none, key: /none}}]
credentials: {a: {api_key: {env: NOT_SET}}, b: {api_key: {file: /none}}}
resources:
  a: {endpoint: "https://a.com", credential: a}
  b: {endpoint: "https://b.com", credential: b}
deployments: {a: {resource: a}, b: {resource: b}}
routes: {m: {tiers: [[a, b]]}}
)";
    const LoadedConfig elsewhere = load_config(yaml, environment({}), TableUse::elsewhere);

    EXPECT_FALSE(load(yaml).config);
    EXPECT_TRUE(elsewhere.config);
    ASSERT_EQ(elsewhere.issues.size(), 4U);
    EXPECT_EQ(elsewhere.issues.front().severity, ConfigIssue::Severity::warning);
}

TEST(ConfigLoad, IssuesStandInTheOrderOfTheFile) {
    const LoadedConfig loaded = load("workers: x\nlisten: y\nnonsense: 1\n");

    ASSERT_GE(loaded.issues.size(), 3U);
    for (std::size_t i = 1; i < loaded.issues.size(); ++i) {
        EXPECT_LE(loaded.issues[i - 1].line, loaded.issues[i].line);
    }
}

}  // namespace
}  // namespace spillway
