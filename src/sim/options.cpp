#include "sim/options.hpp"

#include <utility>

#include "sim/fields.hpp"

namespace spillway_sim {

namespace {

DeploymentOptions read_deployment(const Json& json, const std::string& where) {
    Fields fields(json, where);
    DeploymentOptions deployment;
    deployment.model = fields.take<std::string>("model", "gpt-4o");
    deployment.limits.tokens = fields.take_amount("tpm", 0);
    deployment.limits.requests = fields.take_amount("rpm", 0);
    deployment.context = fields.take_amount("context", deployment.context);
    fields.finish();
    return deployment;
}

Pace read_pace(Fields& fields) {
    Pace pace;
    pace.first_token = std::chrono::milliseconds(fields.take<long long>("first_token_ms",
                                                                        pace.first_token.count()));
    pace.token = std::chrono::milliseconds(fields.take<long long>("token_ms", pace.token.count()));
    pace.tokens = fields.take_amount("tokens", pace.tokens);
    return pace;
}

Kind read_kind(const std::string& name, const std::string& where) {
    if (name == "azure") { return Kind::azure; }
    if (name == "openai") { return Kind::openai; }
    throw InputError(where + ".kind: expected azure or openai");
}

void read_tls(ResourceOptions& resource, const Json& json) {
    Fields tls(json, resource.name + ".tls");
    resource.certificate_file = tls.take<std::string>("certificate", "");
    resource.key_file = tls.take<std::string>("key", "");
    tls.finish();
    if (resource.certificate_file.empty() || resource.key_file.empty()) {
        throw InputError(tls.where() + ": needs certificate and key");
    }
}

ResourceOptions read_resource(const std::string& name, const Json& json) {
    Fields fields(json, name);
    ResourceOptions resource;
    resource.name = name;
    resource.kind = read_kind(fields.take<std::string>("kind", "azure"), name);
    resource.listen = fields.take("listen", resource.listen);
    resource.keys = fields.take("keys", resource.keys);
    const auto key = fields.take<std::string>("key", "");
    if (!key.empty()) { resource.keys.push_back(key); }
    if (resource.keys.empty()) { throw InputError(name + ": needs a key"); }
    resource.region = fields.take("region", resource.region);
    if (const Json* tls = fields.find("tls")) { read_tls(resource, *tls); }
    resource.pace = read_pace(fields);
    resource.throttle_form = fields.take<std::string>("throttle_form", "");
    if (resource.throttle_form != "stream") { check_form(resource.throttle_form); }
    resource.throttle_hint = read_hint(fields.take<std::string>("throttle_hint", "both"));
    const Json deployments = fields.take("deployments", Json::object());
    for (const auto& [deployment, facts] : deployments.items()) {
        resource.deployments[deployment] = read_deployment(facts, name + "." + deployment);
    }
    fields.finish();
    return resource;
}

}  // namespace

Options read_options(const Json& json) {
    Fields fields(json, "options");
    Options options;
    options.admin = fields.take("admin", options.admin);
    options.has_header_faults = fields.take("header_faults", options.has_header_faults);
    options.is_deterministic = fields.take("deterministic", options.is_deterministic);
    options.seed = fields.take("seed", options.seed);
    options.faults = fields.take("faults", options.faults);
    const Json resources = fields.take("resources", Json::object());
    for (const auto& [name, facts] : resources.items()) {
        options.resources.push_back(read_resource(name, facts));
    }
    fields.finish();
    if (options.resources.empty()) { throw InputError("options: no resources"); }
    return options;
}

}  // namespace spillway_sim
