#include "admin/status_json.hpp"

#include "admin/health.hpp"
#include "admin/words.hpp"
#include "telemetry/build_info.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <ctime>

namespace spillway {

namespace {

// Keys stay in the order in which they are written: people read this.
using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

/// 0 stands for "no limit" inside, which a reader must not take for a limit of nothing.
Json limit_or_null(std::int64_t limit) { return limit == 0 ? Json(nullptr) : Json(limit); }

Json number_or_null(const std::optional<std::int64_t>& number) {
    return number ? Json(*number) : Json(nullptr);
}

Json breaker_json(const BreakerStatus& breaker) {
    const bool none = breaker.reason == Breaker::Reason::none;
    return {
        {"state", name(breaker.state)},
        {"reason", none ? Json(nullptr) : Json(name(breaker.reason))},
        {"reopens_in_seconds", seconds(breaker.reopens_in)},
    };
}

Json last_error_json(const std::optional<LastError>& error) {
    if (!error) { return nullptr; }
    return {
        {"reason", name(error->reason)},
        {"status", error->status == 0 ? Json(nullptr) : Json(error->status)},
        {"seconds_ago", seconds(error->ago)},
    };
}

Json deployment_json(const DeploymentStatus& status) {
    const UpstreamRemaining& left = status.upstream_remaining;
    const bool said = left.tokens || left.requests;
    return {
        {"name", status.name},
        {"deployment", status.deployment},
        {"resource", status.resource},
        {"kind", name(status.kind)},
        {"region", text_or_null(status.region)},
        {"geography", text_or_null(status.geography)},
        {"breaker", breaker_json(status.breaker)},
        {"region_breaker", breaker_json(status.region_breaker)},
        {"cools_for_seconds", seconds(status.cools_for)},
        {"weight", status.weight},
        {"ramp", status.ramp},
        {"tokens_per_minute",
         {{"limit", limit_or_null(status.tpm_limit)},
          {"configured", limit_or_null(status.tpm_limit_configured)},
          {"used", status.tpm_used},
          {"upstream_remaining", number_or_null(left.tokens)}}},
        {"requests_per_minute",
         {{"limit", limit_or_null(status.rpm_limit)},
          {"used", status.rpm_used},
          {"upstream_remaining", number_or_null(left.requests)}}},
        {"upstream_remaining_seconds_ago", said ? Json(seconds(left.ago)) : Json(nullptr)},
        {"in_flight", status.in_flight},
        {"last_error", last_error_json(status.last_error)},
    };
}

Json credential_json(const CredentialStatus& status) {
    const bool fine = status.trouble == TokenTrouble::none;
    return {
        {"name", status.name},
        {"kind", name(status.kind)},
        {"source", name(status.source)},
        {"usable", status.usable},
        {"expires_in_seconds",
         status.expires_in ? Json(seconds(*status.expires_in)) : Json(nullptr)},
        {"refreshes", {{"ok", status.refreshed}, {"failed", status.failed}}},
        {"trouble", fine ? Json(nullptr) : Json(name(status.trouble))},
    };
}

Json amounts_json(const BudgetStatus& budget, Period period) {
    const Amounts& limit = budget.limits.of(period);
    const Amounts& used = budget.used.of(period);
    const bool is_bounded = limit.money != 0;
    return {
        {"tokens", {{"limit", limit_or_null(limit.tokens)}, {"used", used.tokens}}},
        {"money",
         {{"limit", is_bounded ? Json(units_of(limit.money)) : Json(nullptr)},
          {"used", units_of(used.money)}}},
    };
}

Json budget_json(const BudgetStatus& budget) {
    return {
        {"caller", budget.caller},
        {"day", amounts_json(budget, Period::day)},
        {"month", amounts_json(budget, Period::month)},
    };
}

Json ledger_json(const LedgerStatus& ledger) {
    return {
        {"kept", ledger.kept},
        {"writable", ledger.writable},
        {"failed_writes", ledger.failed_writes},
    };
}

Json issuer_json(const IssuerStatus& issuer) {
    const bool fine = issuer.trouble == TokenTrouble::none;
    return {
        {"name", issuer.name},
        {"keys", issuer.keys},
        {"refreshes", {{"ok", issuer.refreshed}, {"failed", issuer.failed}}},
        {"trouble", fine ? Json(nullptr) : Json(name(issuer.trouble))},
    };
}

Json tier_json(const std::vector<RouteMember>& tier, const FleetStatus& fleet) {
    Json members = Json::array();
    for (const RouteMember& member : tier) {
        members.push_back({
            {"deployment", fleet.deployments[index(member.deployment)].name},
            {"eligible", member.skip == Skip::none},
            {"skip", member.skip == Skip::none ? Json(nullptr) : Json(name(member.skip))},
        });
    }
    return members;
}

Json route_json(const RouteStatus& route, const FleetStatus& fleet) {
    Json tiers = Json::array();
    for (const auto& tier : route.tiers) { tiers.push_back(tier_json(tier, fleet)); }
    return {
        {"name", route.name},
        {"aliases", route.aliases},
        {"residency", text_or_null(route.residency)},
        {"in_flight", route.in_flight},
        {"tiers", std::move(tiers)},
    };
}

Json listeners_json(const AdminSources& sources) {
    Json listeners = Json::array();
    for (const ListenerStatus& listener : sources.listeners) {
        listeners.push_back({{"address", listener.address}, {"tls", listener.tls}});
    }
    return listeners;
}

/// RFC 3339 in UTC.
Json time_json(WallTime at) {
    const std::time_t whole = std::chrono::system_clock::to_time_t(at);
    std::tm utc{};
    gmtime_r(&whole, &utc);
    std::array<char, sizeof "2026-11-22T20:00:00Z"> text{};
    std::strftime(text.data(), text.size(), "%FT%TZ", &utc);
    return text.data();
}

Json config_json(const ConfigStatus& config, TimePoint now) {
    const bool failed = !config.error.empty();
    return {
        {"hash", config.hash},
        {"loaded_at", time_json(config.loaded_at)},
        {"reloads", config.reloads},
        {"failures", config.failures},
        {"last_error",
         failed ? Json{{"seconds_ago", seconds(now - config.failed_at)}, {"message", config.error}}
                : Json(nullptr)},
    };
}

Json workers_json(const AdminSources& sources, TimePoint now) {
    Json workers = Json::array();
    for (const WorkerPulse& pulse : pulses(sources, now)) {
        workers.push_back({{"alive", pulse.alive},
                           {"silent_for_seconds", seconds(pulse.silent_for)}});
    }
    return workers;
}

}  // namespace

std::string status_json(const AdminSources& sources, TimePoint now) {
    const FleetStatus fleet = sources.fleet(now);
    Json document = {
        {"schema", status_schema_version},
        {"version", build_info().version},
        {"state", name(sources.readiness())},
        {"uptime_seconds", seconds(now - sources.started_at)},
        {"listeners", listeners_json(sources)},
        {"config", config_json(sources.config(), now)},
        {"workers", workers_json(sources, now)},
        {"routes", Json::array()},
        {"deployments", Json::array()},
        {"credentials", Json::array()},
        {"token_issuers", Json::array()},
        {"budgets", Json::array()},
        {"ledger", ledger_json(sources.ledger())},
    };
    for (const RouteStatus& route : fleet.routes) {
        document["routes"].push_back(route_json(route, fleet));
    }
    for (const DeploymentStatus& deployment : fleet.deployments) {
        document["deployments"].push_back(deployment_json(deployment));
    }
    for (const CredentialStatus& credential : fleet.credentials) {
        document["credentials"].push_back(credential_json(credential));
    }
    for (const IssuerStatus& issuer : sources.token_issuers()) {
        document["token_issuers"].push_back(issuer_json(issuer));
    }
    for (const BudgetStatus& budget : sources.budgets()) {
        document["budgets"].push_back(budget_json(budget));
    }
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace spillway
