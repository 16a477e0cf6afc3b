#include "tools/explanation_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace spillway {

namespace {

// Keys stay in the order in which they are written: people read this.
using Json = nlohmann::ordered_json;

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

/// Shares are counted in samples: more digits would only look exact.
double rounded(double share) { return std::round(share * 100.0) / 100.0; }

Json breaker_json(const BreakerStatus& breaker) {
    const bool none = breaker.reason == Breaker::Reason::none;
    return {{"state", name(breaker.state)},
            {"reason", none ? Json(nullptr) : Json(name(breaker.reason))},
            {"reopens_in_seconds", seconds(breaker.reopens_in)}};
}

/// 0 as a limit stands for "no limit".
Json limit_json(std::int64_t limit, std::int64_t used) {
    const bool limited = limit != 0;
    return {{"limit", limited ? Json(limit) : Json(nullptr)},
            {"used", used},
            {"remaining", limited ? Json(std::max<std::int64_t>(0, limit - used)) : Json(nullptr)}};
}

Json deployment_json(const ExplainedDeployment& one) {
    const DeploymentStatus& status = one.status;
    return {
        {"deployment", status.name},
        {"tier", one.tier},
        {"resource", status.resource},
        {"region", text_or_null(status.region)},
        {"geography", text_or_null(status.geography)},
        {"url", one.url},
        {"eligible", one.skip == Skip::none},
        {"skip", one.skip == Skip::none ? Json(nullptr) : Json(name(one.skip))},
        {"ready_in_seconds", seconds(one.ready_in)},
        {"supposed", text_or_null(one.supposed)},
        {"probe", one.probe},
        {"weight", status.weight},
        {"ramp", one.ramp},
        {"degraded", one.degraded},
        {"reserves_tokens", one.reserves},
        {"tokens_per_minute", limit_json(status.tpm_limit, status.tpm_used)},
        {"requests_per_minute", limit_json(status.rpm_limit, status.rpm_used)},
        {"breaker", breaker_json(status.breaker)},
        {"region_breaker", breaker_json(status.region_breaker)},
        {"cools_for_seconds", seconds(status.cools_for)},
    };
}

Json try_json(const ExplainedTry& attempt) {
    Json chances = Json::array();
    for (const Chance& chance : attempt.chances) {
        chances.push_back({{"deployment", chance.deployment}, {"share", rounded(chance.share)}});
    }
    return {{"deployment", attempt.chances.front().deployment},
            {"last_resort", attempt.last_resort},
            {"chances", std::move(chances)}};
}

Json refusal_json(const ExplainedRefusal& refusal) {
    return {{"status", refusal.status},
            {"code", refusal.code},
            {"message", refusal.message},
            {"retry_in_seconds", seconds(refusal.retry_in)}};
}

}  // namespace

std::string explanation_json(const Explanation& explanation) {
    Json document = {
        {"model", explanation.model},
        {"operation", name(explanation.operation)},
        {"route", text_or_null(explanation.route)},
        {"by_alias", explanation.by_alias},
        {"residency", text_or_null(explanation.residency)},
        {"attempts_max", explanation.attempts},
        {"refusal", explanation.refusal ? refusal_json(*explanation.refusal) : Json(nullptr)},
        {"tries", Json::array()},
        {"deployments", Json::array()},
    };
    for (const ExplainedTry& attempt : explanation.tries) {
        document["tries"].push_back(try_json(attempt));
    }
    for (const ExplainedDeployment& one : explanation.deployments) {
        document["deployments"].push_back(deployment_json(one));
    }
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace spillway
