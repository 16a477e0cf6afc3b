#include "fleet/fleet.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace spillway {
namespace {

UpstreamForm form_of(ResourceKind kind) noexcept {
    switch (kind) {
        case ResourceKind::azure: return UpstreamForm::azure;
        case ResourceKind::azure_v1: return UpstreamForm::azure_v1;
        case ResourceKind::openai: return UpstreamForm::openai;
    }
    return UpstreamForm::openai;
}

// The port is left out of Host where it is the scheme's own (RFC 9110 §7.2), as SDKs do.
std::string host_field(const Endpoint& endpoint) {
    const std::uint16_t usual = endpoint.tls ? 443 : 80;
    return endpoint.port == usual ? endpoint.host
                                  : endpoint.host + ":" + std::to_string(endpoint.port);
}

HostPort dialled(const ResourceConfig& resource) {
    if (resource.connect_to.empty()) { return {resource.endpoint.host, resource.endpoint.port}; }
    const std::size_t colon = resource.connect_to.rfind(':');
    const std::string port = resource.connect_to.substr(colon + 1);
    return {resource.connect_to.substr(0, colon), static_cast<std::uint16_t>(std::stoi(port))};
}

std::string endpoint_key(const ResourceConfig& resource) {
    return resource.endpoint.host + ":" + std::to_string(resource.endpoint.port) +
           resource.endpoint.path;
}

// A token that was fetched with one of these values is not one for another. Of the secret only a
// number is kept.
std::string identity_of(const CredentialConfig& credential) {
    const SecretSource& secret = credential.secret;
    std::string text;
    for (const std::string& part :
         {credential.name, std::to_string(static_cast<int>(credential.source)), secret.variable,
          secret.path, std::to_string(std::hash<std::string>{}(secret.value.reveal())),
          credential.tenant, credential.client_id, credential.authority, credential.scope,
          credential.token_file, credential.certificate, credential.metadata}) {
        text += part + "\n";
    }
    return text;
}

bool is_signable(const FleetResource& resource, const Demand& demand, TimePoint now) noexcept {
    if (resource.passthrough) { return demand.brings_token(); }
    return !resource.credential || resource.credential->usable(now);
}

Deployment::Params params_of(const Config& config, DeploymentId id) {
    const DeploymentConfig& facts = config.deployments[index(id)];
    return {{facts.tpm, facts.rpm, facts.settlement == Settlement::actual},
            config.breaker,
            config.cooldown};
}

Duration wait_until(TimePoint when, TimePoint now) noexcept {
    return when > now ? when - now : Duration::zero();
}

BreakerStatus breaker_status(const Breaker& breaker, TimePoint now) noexcept {
    return {breaker.state(), breaker.reason(), wait_until(breaker.reopens_at(), now)};
}

std::string target_with(const FleetDeployment& deployment, Operation operation,
                        std::string_view api_version) {
    const bool classic = deployment.resource->form == UpstreamForm::azure;
    return upstream_target(deployment.resource->form, operation,
                           {deployment.config.deployment, deployment.resource->config.endpoint.path,
                            classic ? api_version : std::string_view{}});
}

void make_targets(FleetDeployment& deployment) {
    for (std::size_t i = 0; i < operation_count; ++i) {
        deployment.usual_targets[i] = target_with(deployment, static_cast<Operation>(i),
                                                  deployment.resource->config.api_version);
    }
}

std::string model_list(const nlohmann::json& models) {
    return nlohmann::json{{"object", "list"}, {"data", models}}.dump();
}

CredentialStatus credential_status(const CredentialConfig& credential, const CredentialState& state,
                                   TimePoint now) {
    CredentialStatus status;
    status.name = credential.name;
    status.kind = credential.kind;
    status.source = credential.source;
    status.usable = state.usable(now);
    if (state.usable_until() != never) {
        status.expires_in = wait_until(state.usable_until(), now);
    }
    status.refreshed = state.refreshed();
    status.failed = state.failed();
    status.trouble = state.trouble();
    return status;
}

nlohmann::json model_entry(const std::string& name) {
    return {{"id", name}, {"object", "model"}, {"created", 0}, {"owned_by", "spillway"}};
}

}  // namespace

ClientTls FleetResource::client_tls() const {
    const UpstreamTls& tls = config.tls;
    const bool newest = tls.min_version == TlsVersion::tls13;
    return {tls.ca_file, tls.certificate, tls.key,
            newest ? ClientTls::Oldest::tls13 : ClientTls::Oldest::tls12};
}

bool FleetDeployment::follows(std::string_view api_version) const noexcept {
    // `v1` and `preview` mean something on the v1 surface only (azure-protocol.md §1.1).
    const bool dated = !api_version.empty() && api_version[0] >= '0' && api_version[0] <= '9';
    return dated && resource->form == UpstreamForm::azure &&
           !resource->config.override_api_version && api_version != resource->config.api_version;
}

std::string_view FleetDeployment::target(Operation operation, std::string_view api_version,
                                         std::string& unusual) const {
    if (!follows(api_version)) { return usual_targets[static_cast<std::size_t>(operation)]; }
    unusual = target_with(*this, operation, api_version);
    return unusual;
}

bool FleetDeployment::routed_by_body(Operation operation) const noexcept {
    return resource->form != UpstreamForm::azure || operation == Operation::responses;
}

std::shared_ptr<Region> LiveState::region(const Config& config, ResourceId id) {
    std::weak_ptr<Region>& known = regions_[endpoint_key(config.resources[index(id)])];
    std::shared_ptr<Region> region = known.lock();
    if (!region) {
        region = std::make_shared<Region>();
        known = region;
    }
    return region;
}

std::shared_ptr<Deployment> LiveState::deployment(const Config& config, DeploymentId id) {
    const DeploymentConfig& facts = config.deployments[index(id)];
    const ResourceConfig& resource = config.resources[index(facts.resource)];
    const std::string key = facts.name + "\n" + facts.deployment + "\n" + endpoint_key(resource);
    std::weak_ptr<Deployment>& known = deployments_[key];
    std::shared_ptr<Deployment> live = known.lock();
    if (!live) {
        live = std::make_shared<Deployment>(params_of(config, id), region(config, facts.resource));
        known = live;
    }
    return live;
}

std::shared_ptr<CredentialState> LiveState::credential(const CredentialConfig& config) {
    std::weak_ptr<CredentialState>& known = credentials_[identity_of(config)];
    std::shared_ptr<CredentialState> state = known.lock();
    if (!state) {
        state = std::make_shared<CredentialState>();
        known = state;
    }
    return state;
}

void LiveState::forget_the_gone() {
    const auto gone = [](const auto& entry) { return entry.second.expired(); };
    std::erase_if(deployments_, gone);
    std::erase_if(regions_, gone);
    std::erase_if(credentials_, gone);
}

Fleet::Fleet(Config config, LiveState& live) : config_(std::move(config)) {
    live.forget_the_gone();
    add_credentials(live);
    add_resources();
    add_deployments(live);
    add_routes();
}

void Fleet::take_effect() const {
    for (const FleetDeployment& deployment : deployments_) {
        deployment.live->change(params_of(config_, deployment.id));
    }
}

void Fleet::add_credentials(LiveState& live) {
    for (const CredentialConfig& credential : config_.credentials) {
        credentials_.push_back(live.credential(credential));
    }
}

void Fleet::add_resources() {
    for (const ResourceConfig& resource : config_.resources) {
        const bool bearer = resource.kind == ResourceKind::openai;
        FleetResource one;
        one.config = resource;
        one.family = bearer ? UpstreamFamily::openai : UpstreamFamily::azure;
        one.form = form_of(resource.kind);
        one.address = dialled(resource);
        one.host_field = host_field(resource.endpoint);
        if (resource.proxy) {
            one.tunnel = Tunnel{one.address, resource.proxy->userinfo.reveal()};
            one.address = {resource.proxy->host, resource.proxy->port};
        }
        if (resource.credential) {
            const CredentialConfig& credential = config_.credentials[*resource.credential];
            one.passthrough = credential.source == CredentialConfig::Kind::passthrough;
            if (!one.passthrough) { one.credential = credentials_[*resource.credential]; }
        }
        resources_.push_back(std::move(one));
    }
}

void Fleet::add_deployments(LiveState& live) {
    for (std::size_t i = 0; i < config_.deployments.size(); ++i) {
        const DeploymentConfig& facts = config_.deployments[i];
        const auto id = static_cast<DeploymentId>(i);
        deployments_.push_back({facts, id, &resources_[index(facts.resource)],
                                live.deployment(config_, id), json_quoted(facts.deployment)});
        make_targets(deployments_.back());
    }
}

void Fleet::add_routes() {
    nlohmann::json models = nlohmann::json::array();
    for (std::size_t i = 0; i < config_.routes.size(); ++i) {
        const RouteConfig& facts = config_.routes[i];
        FleetRoute route{facts, static_cast<RouteId>(i), {}};
        std::uint8_t tier = 0;
        for (const std::vector<DeploymentId>& ids : facts.tiers) {
            for (const DeploymentId id : ids) {
                const FleetDeployment& deployment = deployments_[index(id)];
                const std::string& geography = deployment.resource->config.geography;
                const bool allowed = facts.residency.empty() || facts.residency == geography;
                route.members.push_back({&deployment, tier, allowed});
            }
            ++tier;
        }
        routes_.push_back(std::move(route));
        by_name_.emplace(facts.name, i);
        for (const std::string& alias : facts.aliases) { by_name_.emplace(alias, i); }
        models.push_back(model_entry(facts.name));
    }
    models_json_ = model_list(models);
}

std::string Fleet::models_json(std::span<const RouteId> routes) const {
    nlohmann::json models = nlohmann::json::array();
    for (const RouteId id : routes) {
        models.push_back(model_entry(config_.routes[index(id)].name));
    }
    return model_list(models);
}

const FleetRoute* Fleet::find(std::string_view model) const noexcept {
    const auto found = by_name_.find(model);
    return found == by_name_.end() ? nullptr : &routes_[found->second];
}

std::string Fleet::model_json(std::string_view name) const {
    const FleetRoute* route = find(name);
    return route == nullptr ? std::string{} : model_entry(route->config.name).dump();
}

void Fleet::describe(const FleetRoute& route, const Demand& demand, TimePoint now,
                     std::span<DeploymentView> views) const noexcept {
    for (std::size_t i = 0; i < route.members.size(); ++i) {
        const FleetMember& member = route.members[i];
        DeploymentView& view = views[i];
        view.id = member.deployment->id;
        view.tier = member.tier;
        view.weight = member.deployment->config.weight;
        view.residency_ok = member.residency_ok;
        view.has_credential = is_signable(*member.deployment->resource, demand, now);
        member.deployment->live->describe(view, demand.room(*member.deployment), now);
    }
}

FleetStatus Fleet::status(TimePoint now) const {
    FleetStatus status;
    const Inspection no_tokens;
    const Demand nothing(Operation::embeddings, no_tokens);
    for (const FleetDeployment& deployment : deployments_) {
        const Deployment& live = *deployment.live;
        const ResourceConfig& resource = deployment.resource->config;
        DeploymentStatus one;
        one.name = deployment.config.name;
        one.deployment = deployment.config.deployment;
        one.resource = resource.name;
        one.region = resource.region;
        one.geography = resource.geography;
        one.kind = resource.kind;
        one.breaker = breaker_status(live.breaker(), now);
        one.region_breaker = breaker_status(live.region_breaker(), now);
        one.cools_for = wait_until(live.cooldown().until(), now);
        one.ramp = live.breaker().ramp_factor(now, live.params().breaker);
        one.weight = deployment.config.weight;
        one.tpm_limit = live.quota().token_limit(now);
        one.tpm_limit_configured = deployment.config.tpm;
        one.tpm_used = live.quota().tokens_used(now);
        one.rpm_limit = deployment.config.rpm;
        one.rpm_used = live.quota().requests_used(now);
        one.upstream_remaining = live.upstream_remaining(now);
        one.in_flight = live.in_flight();
        one.last_error = live.last_error(now);
        status.deployments.push_back(std::move(one));
    }
    for (std::size_t i = 0; i < credentials_.size(); ++i) {
        status.credentials.push_back(credential_status(config_.credentials[i], *credentials_[i],
                                                       now));
    }
    for (const FleetRoute& route : routes_) {
        RouteStatus one{route.config.name, route.config.aliases, route.config.residency, {}, 0};
        one.tiers.resize(route.config.tiers.size());
        std::array<DeploymentView, route_deployments_max> views;
        describe(route, nothing, now, std::span(views).first(route.members.size()));
        Rng rng(0);  // only the reasons are shown, not the order
        const Plan plan = spillway::plan(std::span(views).first(route.members.size()), now, rng);
        std::array<Skip, route_deployments_max> skips{};
        for (const Considered& skipped : plan.skipped()) { skips[skipped.position] = skipped.skip; }
        for (std::size_t i = 0; i < route.members.size(); ++i) {
            one.tiers[route.members[i].tier].push_back({route.members[i].deployment->id, skips[i]});
        }
        status.routes.push_back(std::move(one));
    }
    return status;
}

}  // namespace spillway
