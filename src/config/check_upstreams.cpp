#include "config/address.hpp"
#include "config/checks.hpp"
#include "config/endpoint.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace spillway {

namespace {

/// The host that packets really go to.
std::string dialled_host(const ResourceConfig& resource) {
    const std::string instead = host_of(resource.connect_to);
    return instead.empty() ? resource.endpoint.host : instead;
}

void check_endpoint(const ResourceConfig& resource, const YamlNode& node, Issues& issues) {
    const YamlPlace& place = nearest(node, {"endpoint"}).place;
    if (const auto complaint = refuse_path(resource.endpoint, resource.kind)) {
        issues.error(place, complaint->message, complaint->suggestion);
        return;
    }
    const bool is_local = is_loopback(dialled_host(resource));
    if (resource.kind == ResourceKind::openai && resource.endpoint.host == "api.openai.com" &&
        resource.endpoint.path.empty()) {
        issues.error(place, "api.openai.com has its operations under /v1",
                     "write https://api.openai.com/v1");
    }
    if (!resource.endpoint.tls && resource.credential && !is_local) {
        issues.warn(place, "the key travels unencrypted", "use https://");
    }
    if (!resource.credential && !is_local) {
        issues.warn(node.place, "has no `credential`: requests to it are not signed");
    }
}

void check_api_version(const ResourceConfig& resource, const YamlNode& node, Issues& issues) {
    if (resource.kind == ResourceKind::azure) { return; }
    const std::string& kind = resource_kinds()[static_cast<std::size_t>(resource.kind)];
    for (const std::string_view key : {"api_version", "override_api_version"}) {
        if (const YamlNode* value = node.find(key)) {
            issues.error(value->place, "kind " + kind + " has no API version", "remove the key");
        }
    }
}

void check_tls(const ResourceConfig& resource, const YamlNode& node, Issues& issues) {
    const UpstreamTls& tls = resource.tls;
    const YamlNode* const written = node.find("tls");
    if (written == nullptr) { return; }
    if (!resource.endpoint.tls) {
        issues.error(written->place, "its endpoint is plain http://",
                     "write https://, or remove it");
    }
    if (tls.certificate.empty() != tls.key.empty()) {
        issues.error(written->place, "`certificate` and `key` belong together");
    }
    check_readable(nearest(*written, {"ca_file"}).place, tls.ca_file, issues);
    check_readable(nearest(*written, {"certificate"}).place, tls.certificate, issues);
    check_readable(nearest(*written, {"key"}).place, tls.key, issues);
}

void check_resources(const Loaded& loaded, Issues& issues) {
    const auto& resources = loaded.config().resources;
    for (std::size_t i = 0; i < resources.size(); ++i) {
        const auto& [key, node] = loaded.entry("resources", i);
        if (issues.has_errors_below(key.place.path)) { continue; }
        check_endpoint(resources[i], node, issues);
        check_api_version(resources[i], node, issues);
        check_tls(resources[i], node, issues);
    }
}

/// Two entries for one deployment would each count its limits for themselves.
void warn_of_twins(const Loaded& loaded, Issues& issues) {
    const auto& deployments = loaded.config().deployments;
    std::map<std::pair<std::size_t, std::string>, std::string> seen;
    for (std::size_t i = 0; i < deployments.size(); ++i) {
        const DeploymentConfig& deployment = deployments[i];
        const std::pair identity{index(deployment.resource), deployment.deployment};
        const auto [first, is_new] = seen.emplace(identity, deployment.name);
        if (is_new) { continue; }
        issues.warn(loaded.entry("deployments", i).key.place,
                    "is the same deployment as `" + first->second +
                        "`: its limits would be counted twice",
                    "keep one of them and use it in several routes");
    }
}

void warn_of_unused(const Loaded& loaded, Issues& issues) {
    const Config& config = loaded.config();
    std::vector<bool> credentials(config.credentials.size());
    std::vector<bool> resources(config.resources.size());
    std::vector<bool> deployments(config.deployments.size());
    std::vector<bool> prices(config.prices.size());
    for (const ResourceConfig& resource : config.resources) {
        if (resource.credential) { credentials[*resource.credential] = true; }
    }
    for (const DeploymentConfig& deployment : config.deployments) {
        resources[index(deployment.resource)] = true;
        if (deployment.price) { prices[*deployment.price] = true; }
    }
    for (const RouteConfig& route : config.routes) {
        for (const auto& tier : route.tiers) {
            for (const DeploymentId id : tier) { deployments[index(id)] = true; }
        }
    }
    const auto warn = [&](std::string_view section, const std::vector<bool>& used,
                          const std::string& message) {
        for (std::size_t i = 0; i < used.size(); ++i) {
            if (!used[i]) { issues.warn(loaded.entry(section, i).key.place, message); }
        }
    };
    warn("credentials", credentials, "no resource uses it");
    warn("resources", resources, "no deployment is in it");
    warn("deployments", deployments, "no route uses it");
    warn("prices", prices, "no deployment has it");
}

}  // namespace

void check_upstreams(const Loaded& loaded, Issues& issues) {
    check_resources(loaded, issues);
    if (issues.has_errors()) { return; }
    warn_of_twins(loaded, issues);
    warn_of_unused(loaded, issues);
}

}  // namespace spillway
