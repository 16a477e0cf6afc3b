#include "spillway/config_load.hpp"

#include "config/azure_environment.hpp"
#include "config/checks.hpp"
#include "config/credentials.hpp"
#include "config/fields.hpp"
#include "config/interpolate.hpp"
#include "config/issues.hpp"
#include "config/table_loader.hpp"
#include "config/yaml_reader.hpp"

#include <utility>

namespace spillway {

namespace {

/// Defaults that follow from other values.
void complete_deployments(Config& config, const YamlNode& root) {
    for (std::size_t i = 0; i < config.deployments.size(); ++i) {
        DeploymentConfig& deployment = config.deployments[i];
        if (deployment.deployment.empty()) { deployment.deployment = deployment.name; }
        const bool written = root.find("deployments")->entries[i].value.find("settlement");
        const bool resolved = index(deployment.resource) < config.resources.size();
        if (written || !resolved) { continue; }
        // Azure keeps what it estimated, others charge what was used (azure-protocol.md §3.1).
        const ResourceKind kind = config.resources[index(deployment.resource)].kind;
        deployment.settlement = kind == ResourceKind::openai ? Settlement::actual
                                                             : Settlement::estimate;
    }
}

void complete_prices(Config& config, const YamlNode& root) {
    for (std::size_t i = 0; i < config.prices.size(); ++i) {
        Price& price = config.prices[i].price;
        const bool written = root.find("prices")->entries[i].value.find("cached_input");
        if (!written) { price.cached_input = price.input; }
    }
}

}  // namespace

LoadedConfig load_config(std::string_view yaml, const Environment& environment, TableUse use) {
    Issues issues(use);
    Draft draft;
    std::optional<YamlNode> root = read_yaml(yaml, issues);
    if (root && root->kind != YamlNode::Kind::map) {
        issues.error({1, 1, {}}, "a routing table is a map of keys", "start with `listen:`");
    } else if (root) {
        interpolate(*root, environment, issues);
        load_rows(*root, fields(draft), issues);
        complete_deployments(draft.config, *root);
        complete_prices(draft.config, *root);
        complete_credentials(draft.config, *root, environment, issues);
        complete_proxies(draft.config, *root, environment, issues);
        read_credentials(draft.config, *root, environment, issues);
        read_admin_token(draft.config, *root, environment, issues);
        const Loaded loaded{draft, *root};
        check_process(loaded, issues);
        check_upstreams(loaded, issues);
        check_routes(loaded, issues);
        check_callers(loaded, issues);
        check_passthrough(loaded, issues);
    }
    LoadedConfig result;
    result.issues = issues.in_file_order();
    if (!issues.has_errors()) { result.config = std::move(draft.config); }
    return result;
}

}  // namespace spillway
