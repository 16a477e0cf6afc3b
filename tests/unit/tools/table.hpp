// A routing table with live state of its own, as these tests ask about it.
#pragma once

#include "fleet/fleet.hpp"
#include "spillway/config_load.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace spillway {

class Table {
public:
    static constexpr TimePoint t0{std::chrono::hours(1)};
    /// East alone in the first tier; in the second, West three times as heavy as its sister.
    static constexpr const char* two_tiers = R"(
listen: 127.0.0.1:0
resources:
  east: {kind: azure, endpoint: "http://east.test", region: eastus,
         geography: us, api_version: "2024-10-21"}
  west: {kind: azure_v1, endpoint: "http://west.test:8080", region: westus3, geography: us}
  france: {kind: azure_v1, endpoint: "http://france.test", geography: eu}
deployments:
  east: {resource: east, name: prod, tpm: 10000, rpm: 600}
  west: {resource: west, tpm: 100k, weight: 3}
  west-2: {resource: west, tpm: 100k, default_output: 1000}
  france: {resource: france}
routes:
  gpt-4o:
    aliases: [gpt-4o-prod]
    residency: us
    tiers: [[east], [west, west-2]]
  anywhere: {tiers: [[france], [east]]}
)";

    explicit Table(const std::string& text = two_tiers) {
        const LoadedConfig loaded = load_config(text, [](auto) { return std::nullopt; });
        for (const ConfigIssue& issue : loaded.issues) {
            if (issue.severity == ConfigIssue::Severity::error) { ADD_FAILURE() << issue.message; }
        }
        live_ = std::make_unique<LiveState>(loaded.config->retry_budget);
        fleet_ = std::make_unique<Fleet>(*loaded.config, *live_);
    }

    [[nodiscard]] const Fleet& fleet() const { return *fleet_; }
    /// The live state behind a deployment.
    [[nodiscard]] Deployment& live(std::string_view name) const {
        for (const FleetDeployment& each : fleet_->deployments()) {
            if (each.config.name == name) { return *each.live; }
        }
        throw std::out_of_range("no such deployment");
    }

private:
    std::unique_ptr<LiveState> live_;
    std::unique_ptr<Fleet> fleet_;
};

}  // namespace spillway
