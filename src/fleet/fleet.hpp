// The routing table as the data path sees it: an immutable snapshot of routes and resources, with
// references to the live state of its deployments. A reload builds a new snapshot over the same
// live state; a request uses the one it started with.
#pragma once

#include "fleet/credential_state.hpp"
#include "fleet/deployment.hpp"
#include "fleet/status.hpp"
#include "net/dialer.hpp"
#include "spillway/config.hpp"
#include "spillway/operation.hpp"
#include "wire/head_rules.hpp"
#include "wire/inspect.hpp"
#include "wire/upstream_target.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spillway {

/// A resource's fixed facts, prepared for the data path.
struct FleetResource {
    ResourceConfig config;
    UpstreamFamily family{};
    UpstreamForm form{};
    HostPort address;  ///< what is dialled: the endpoint, or the proxy before it
    std::optional<Tunnel> tunnel;
    std::string host_field;                       ///< value of the Host field
    std::shared_ptr<CredentialState> credential;  ///< of ours; null: not signed by us
    bool passthrough = false;                     ///< the caller's own token is sent on

    /// Of what a context for its endpoint is made.
    [[nodiscard]] ClientTls client_tls() const;
};

/// A deployment's fixed facts, and its live state.
struct FleetDeployment {
    DeploymentConfig config;
    DeploymentId id{};
    const FleetResource* resource = nullptr;
    std::shared_ptr<Deployment> live;
    std::string model_json;  ///< the name at the resource as a JSON string, quotes included
    /// By Operation, with the api-version of the table.
    std::array<std::string, operation_count> usual_targets{};

    /// True when the caller's version, and not the table's, goes to the resource.
    [[nodiscard]] bool follows(std::string_view api_version) const noexcept;
    /// Origin-form target; `api_version` is the caller's, empty for none. `unusual` holds the text
    /// when that version makes it another than usual.
    [[nodiscard]] std::string_view target(Operation operation, std::string_view api_version,
                                          std::string& unusual) const;
    /// True when the body's `model` selects the deployment and so has to be ours.
    [[nodiscard]] bool routed_by_body(Operation operation) const noexcept;
};

/// One place of a route.
struct FleetMember {
    const FleetDeployment* deployment = nullptr;
    std::uint8_t tier = 0;
    bool residency_ok = true;
};

struct FleetRoute {
    RouteConfig config;
    RouteId id{};
    std::vector<FleetMember> members;  ///< in tier order; at most route_deployments_max
};

/// Live state that outlives snapshots: deployments by identity (name, endpoint, deployment),
/// regions by endpoint. It is kept for as long as any snapshot or request refers to it, so that a
/// new snapshot has to be built while the one before is in use. One thread.
class LiveState {
public:
    explicit LiveState(const RetryBudgetParams& retries) : retries_(RetryBudget(retries)) {}

    /// As it was left; with the parameters of `config` only when it is new.
    [[nodiscard]] std::shared_ptr<Deployment> deployment(const Config& config, DeploymentId id);
    /// Drops the keys of what nobody refers to any more.
    void forget_the_gone();
    [[nodiscard]] std::shared_ptr<CredentialState> credential(const CredentialConfig& config);
    /// The process-wide retry ratio.
    [[nodiscard]] Shared<RetryBudget>& retries() noexcept { return retries_; }

private:
    std::shared_ptr<Region> region(const Config& config, ResourceId id);

    std::map<std::string, std::weak_ptr<Deployment>> deployments_;
    std::map<std::string, std::weak_ptr<Region>> regions_;
    std::map<std::string, std::weak_ptr<CredentialState>> credentials_;
    Shared<RetryBudget> retries_;
};

/// What a request would take from a deployment. Refers to the inspection, which outlives it.
class Demand {
public:
    /// Whether the request has a token of its caller's, for resources that it is sent on to.
    enum class Token : std::uint8_t { brought, missing };

    Demand(Operation operation, const Inspection& seen, Priority priority = Priority::normal,
           Token token = Token::brought) noexcept
        : operation_(operation), token_(token), seen_(seen), priority_(priority) {}

    [[nodiscard]] bool brings_token() const noexcept { return token_ == Token::brought; }

    [[nodiscard]] Tokens estimate(const FleetDeployment& deployment) const noexcept {
        return seen_.estimate(operation_, deployment.config.default_output);
    }

    /// What has to be free there: callers of low priority leave the last fifth of the tokens to the
    /// others.
    [[nodiscard]] Tokens room(const FleetDeployment& deployment) const noexcept {
        const Tokens left = priority_ == Priority::low ? deployment.config.tpm / 5 : 0;
        return estimate(deployment) + left;
    }

private:
    Operation operation_;
    Token token_;
    const Inspection& seen_;
    Priority priority_;
};

class Fleet {
public:
    Fleet(Config config, LiveState& live);
    Fleet(const Fleet&) = delete;
    Fleet& operator=(const Fleet&) = delete;

    /// Puts this table's limits and parameters in force, for the requests of earlier snapshots too.
    void take_effect() const;

    [[nodiscard]] const Config& config() const noexcept { return config_; }
    /// By name or alias; null when there is none.
    [[nodiscard]] const FleetRoute* find(std::string_view model) const noexcept;
    [[nodiscard]] const std::vector<FleetRoute>& routes() const noexcept { return routes_; }
    [[nodiscard]] const std::vector<FleetDeployment>& deployments() const noexcept {
        return deployments_;
    }
    [[nodiscard]] const std::vector<FleetResource>& resources() const noexcept {
        return resources_;
    }
    /// By index of the credential.
    [[nodiscard]] const std::vector<std::shared_ptr<CredentialState>>& credentials()
        const noexcept {
        return credentials_;
    }
    /// Body of GET /v1/models.
    [[nodiscard]] const std::string& models_json() const noexcept { return models_json_; }
    /// The same with these routes only.
    [[nodiscard]] std::string models_json(std::span<const RouteId> routes) const;
    /// Body of GET /v1/models/{name}; empty when there is no such route.
    [[nodiscard]] std::string model_json(std::string_view name) const;

    /// One view per member of the route, in its order, for the planner. `views` has room for all of
    /// them.
    void describe(const FleetRoute& route, const Demand& demand, TimePoint now,
                  std::span<DeploymentView> views) const noexcept;

    /// What an operator may know of all this now.
    [[nodiscard]] FleetStatus status(TimePoint now) const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    void add_credentials(LiveState& live);
    void add_resources();
    void add_deployments(LiveState& live);
    void add_routes();

    Config config_;
    std::vector<std::shared_ptr<CredentialState>> credentials_;
    std::vector<FleetResource> resources_;
    std::vector<FleetDeployment> deployments_;
    std::vector<FleetRoute> routes_;
    std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> by_name_;
    std::string models_json_;
};

}  // namespace spillway
