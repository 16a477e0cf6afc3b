// A gateway as the admin pages see it, with every answer in the test's hands.
#pragma once

#include "admin/admin_sources.hpp"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace spillway {

class FakeGateway {
public:
    static constexpr TimePoint t0{std::chrono::hours(1)};

    explicit FakeGateway(std::size_t workers = 2) : cells(workers) {
        fleet.deployments.resize(2);
        fleet.deployments[0].name = "gpt-4o-east";
        fleet.deployments[0].deployment = "gpt-4o-prod";
        fleet.deployments[0].resource = "east";
        fleet.deployments[0].region = "eastus";
        fleet.deployments[1].name = "gpt-4o-west";
        fleet.deployments[1].resource = "west";
        fleet.routes.resize(1);
        fleet.routes[0].name = "gpt-4o";
        fleet.routes[0].tiers = {{{DeploymentId{0}, Skip::open}}, {{DeploymentId{1}, Skip::none}}};
        for (std::size_t i = 0; i < workers; ++i) { cells.worker(i).heartbeat.beat(t0); }
    }

    [[nodiscard]] AdminSources sources() {
        AdminSources sources;
        sources.fleet = [this](TimePoint) { return fleet; };
        sources.readiness = [this] { return readiness; };
        sources.listeners = {{"127.0.0.1:8080", false}, {"[::]:8443", true}};
        sources.config = [this] { return config; };
        sources.settings = [] {
            return std::map<SettingsOf, Settings>{
                {{"workers", ""}, {{"", "2"}}},
                {{"drain", ""}, {{".delay", "5s"}, {".timeout", "10m"}}},
                {{"route", "gpt-4o"}, {{"tiers", "[east] [west]"}}}};
        };
        sources.admits = [this](std::string_view shown) {
            return token.empty() || shown == "Bearer " + token;
        };
        sources.hosts = {"Spillway.example.com"};
        sources.lost_log_lines = [] { return std::uint64_t{7}; };
        sources.audit = [] { return AuditStatus{12, 5, false}; };
        sources.budgets = [this] { return budgets; };
        sources.ledger = [this] { return ledger; };
        sources.callers = [] {
            return std::vector<CallerLabels>{{"agents", "4711", {{"team", "desk"}}}};
        };
        sources.token_issuers = [] {
            return std::vector<IssuerStatus>{{"acme", 4, 2, 1, TokenTrouble::unreachable}};
        };
        sources.cells = &cells;
        sources.started_at = t0 - std::chrono::minutes(1);
        sources.actions = actions;
        return sources;
    }

    CellRegistry cells;
    FleetStatus fleet;
    std::string token;  ///< empty: nobody is asked
    ConfigStatus config{"c0ffee", WallTime(std::chrono::seconds(1'790'000'000)), 3, 1, {}, {}};
    std::vector<BudgetStatus> budgets{
        {"agents", {{1000, 0}, {0, 20 * money_unit}}, {{250, money_unit / 2}, {900, money_unit}}}};
    LedgerStatus ledger{true, false, 3};
    Readiness readiness = Readiness::ready;
    std::vector<AdminAction> actions;
};

}  // namespace spillway
