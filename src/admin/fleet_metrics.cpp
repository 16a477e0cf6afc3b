#include "admin/fleet_metrics.hpp"

#include "admin/words.hpp"

#include <array>
#include <chrono>

namespace spillway {

namespace {

// One 0/1 series per state: no magic numbers to remember in a query.
constexpr std::array states = {Breaker::State::closed, Breaker::State::open,
                               Breaker::State::half_open};

void add_deployment(const DeploymentStatus& status, Exposition& exposition) {
    const std::string& deployment = status.name;
    exposition.add(Metric::deployment_info,
                   {deployment, status.resource, status.region, name(status.kind)}, 1.0);
    for (const Breaker::State state : states) {
        exposition.add(Metric::deployment_state, {deployment, name(state)},
                       state == status.breaker.state ? 1.0 : 0.0);
    }
    const auto add = [&](Metric metric, auto value) {
        exposition.add(metric, {deployment}, static_cast<double>(value));
    };
    add(Metric::deployment_tpm_limit, status.tpm_limit);
    add(Metric::deployment_tpm_used, status.tpm_used);
    add(Metric::deployment_rpm_limit, status.rpm_limit);
    add(Metric::deployment_rpm_used, status.rpm_used);
    add(Metric::deployment_retry_after, seconds(status.cools_for));
    const UpstreamRemaining& left = status.upstream_remaining;
    if (left.tokens) { add(Metric::upstream_ratelimit_remaining_tokens, *left.tokens); }
    if (left.requests) { add(Metric::upstream_ratelimit_remaining_requests, *left.requests); }
}

void add_credential(const CredentialStatus& status, Exposition& exposition) {
    const std::string& credential = status.name;
    if (!status.expires_in) { return; }  // a key
    const WallTime ends = std::chrono::system_clock::now() +
                          std::chrono::duration_cast<WallTime::duration>(*status.expires_in);
    const auto whole = std::chrono::round<std::chrono::seconds>(ends.time_since_epoch());
    exposition.add(Metric::credential_expiry, {credential},
                   status.usable ? static_cast<double>(whole.count()) : 0.0);
    exposition.add(Metric::credential_refreshes, {credential, "ok"}, status.refreshed);
    exposition.add(Metric::credential_refreshes, {credential, "failed"}, status.failed);
}

// What the planner says, not what the breaker says alone: a deployment may be well and full.
void add_route(const RouteStatus& status, Exposition& exposition) {
    double members = 0;
    double eligible = 0;
    for (const std::vector<RouteMember>& tier : status.tiers) {
        for (const RouteMember& member : tier) {
            members += 1;
            eligible += member.skip == Skip::none ? 1 : 0;
        }
    }
    exposition.add(Metric::route_deployments, {status.name}, members);
    exposition.add(Metric::route_deployments_eligible, {status.name}, eligible);
}

}  // namespace

void add_fleet_metrics(const FleetStatus& status, Exposition& exposition) {
    for (const DeploymentStatus& deployment : status.deployments) {
        add_deployment(deployment, exposition);
    }
    for (const CredentialStatus& credential : status.credentials) {
        add_credential(credential, exposition);
    }
    for (const RouteStatus& route : status.routes) { add_route(route, exposition); }
}

}  // namespace spillway
