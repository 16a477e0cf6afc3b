// A caller's own token may be sent on only where nobody else's stands in for it, and only when it
// is not the one that opens our own door.
#include "config/checks.hpp"

#include <algorithm>
#include <string>

namespace spillway {

namespace {

bool is_passthrough(const Config& config, DeploymentId id) {
    const auto& credential = config.resources[index(config.deployments[index(id)].resource)]
                                 .credential;
    return credential &&
           config.credentials[*credential].kind == CredentialConfig::Kind::passthrough;
}

// Failing over to a deployment that is signed by us would serve callers whom the resource has
// refused.
void check_route(const Loaded& loaded, std::size_t number, Issues& issues) {
    const Config& config = loaded.config();
    const auto& [key, node] = loaded.entry("routes", number);
    std::string passed_on;
    std::string signed_by_us;
    for (const auto& tier : config.routes[number].tiers) {
        for (const DeploymentId id : tier) {
            std::string& name = is_passthrough(config, id) ? passed_on : signed_by_us;
            name = config.deployments[index(id)].name;
        }
    }
    if (passed_on.empty() || signed_by_us.empty()) { return; }
    issues.error(nearest(node, {"tiers"}).place,
                 "`" + passed_on + "` is sent the caller's own token and `" + signed_by_us +
                     "` is not: who is refused by one would be served by the other",
                 "make two routes");
}

}  // namespace

void check_passthrough(const Loaded& loaded, Issues& issues) {
    const Config& config = loaded.config();
    if (issues.has_errors()) { return; }
    for (std::size_t i = 0; i < config.routes.size(); ++i) { check_route(loaded, i, issues); }
    const bool by_field = std::ranges::any_of(config.callers, [](const CallerConfig& caller) {
        return !caller.keys.empty() || !caller.tokens.empty();
    });
    for (std::size_t i = 0; by_field && i < config.credentials.size(); ++i) {
        if (config.credentials[i].kind != CredentialConfig::Kind::passthrough) { continue; }
        issues.error(loaded.entry("credentials", i).key.place,
                     "callers prove who they are in the same field, so their keys would be sent on",
                     "name callers by certificate only, or leave `callers` out");
    }
}

}  // namespace spillway
