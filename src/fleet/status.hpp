// What an operator may know of the fleet at one moment, as plain values: /status.json, the live
// part of /metrics and later `explain` are written from this and never see the live objects. No
// secrets.
#pragma once

#include "fleet/credential_state.hpp"
#include "spillway/config.hpp"
#include "spillway/ids.hpp"
#include "spillway/policy/breaker.hpp"
#include "spillway/policy/classify.hpp"
#include "spillway/policy/planner.hpp"
#include "spillway/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spillway {

/// A breaker as people ask about it.
struct BreakerStatus {
    Breaker::State state = Breaker::State::closed;
    Breaker::Reason reason = Breaker::Reason::none;  ///< of the last change
    Duration reopens_in{};                           ///< until the next probe may go; 0: not shut
};

/// The last attempt that failed there.
struct LastError {
    Reason reason = Reason::none;
    int status = 0;  ///< 0: no status line
    Duration ago{};
};

/// What an upstream last said is left of its limits. It counts other clients' use, too.
struct UpstreamRemaining {
    std::optional<Tokens> tokens;          ///< none: it never said
    std::optional<std::int64_t> requests;  ///< none: it never said
    Duration ago{};                        ///< since it said either
};

struct DeploymentStatus {
    std::string name;
    std::string deployment;  ///< its name at the resource
    std::string resource;
    std::string region;
    std::string geography;
    ResourceKind kind = ResourceKind::azure;
    BreakerStatus breaker;
    BreakerStatus region_breaker;  ///< of its resource
    Duration cools_for{};          ///< rest of a cool-down; 0: not cooling
    double ramp = 1.0;             ///< share of its weight it gets now, 0.1..1
    std::uint32_t weight = 1;
    Tokens tpm_limit = 0;  ///< in force; 0: unlimited
    Tokens tpm_limit_configured = 0;
    Tokens tpm_used = 0;
    std::int64_t rpm_limit = 0;  ///< 0: unlimited
    std::int64_t rpm_used = 0;
    UpstreamRemaining upstream_remaining;
    std::int64_t in_flight = 0;
    std::optional<LastError> last_error;
};

/// A deployment's place in one route, and what the planner would say of it for a request of no
/// tokens.
struct RouteMember {
    DeploymentId deployment{};  ///< index into FleetStatus::deployments
    Skip skip = Skip::none;
};

struct RouteStatus {
    std::string name;
    std::vector<std::string> aliases;
    std::string residency;  ///< empty: any geography
    std::vector<std::vector<RouteMember>> tiers;
    std::int64_t in_flight = 0;
};

struct CredentialStatus {
    std::string name;
    CredentialConfig::Kind kind{};
    CredentialConfig::Kind source{};  ///< what `azure_default` turned out to be; else as `kind`
    bool usable = true;
    std::optional<Duration> expires_in;  ///< none: it does not expire
    std::uint64_t refreshed = 0;
    std::uint64_t failed = 0;
    TokenTrouble trouble = TokenTrouble::none;  ///< of the last attempt
};

struct FleetStatus {
    std::vector<RouteStatus> routes;            ///< in the table's order
    std::vector<DeploymentStatus> deployments;  ///< in the table's order
    std::vector<CredentialStatus> credentials;  ///< in the table's order
};

}  // namespace spillway
