#include "config/amount.hpp"
#include "config/checks.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway {

namespace {

/// Every name a caller may ask for stands for one route.
void check_names(const Loaded& loaded, Issues& issues) {
    const auto& routes = loaded.config().routes;
    std::map<std::string, std::string> owners;
    for (const RouteConfig& route : routes) { owners.emplace(route.name, route.name); }
    for (std::size_t i = 0; i < routes.size(); ++i) {
        const YamlNode* aliases = loaded.entry("routes", i).value.find("aliases");
        if (aliases == nullptr) { continue; }
        for (const YamlNode& alias : aliases->items) {
            if (alias.kind != YamlNode::Kind::scalar) { continue; }
            const auto [owner, is_new] = owners.emplace(alias.text, routes[i].name);
            if (is_new) { continue; }
            issues.error(alias.place, "`" + alias.text + "` already stands for the route `" +
                                          owner->second + "`");
        }
    }
}

void check_tiers(const Config& config, const RouteConfig& route, const YamlNode& node,
                 Issues& issues) {
    const YamlNode& tiers = nearest(node, {"tiers"});
    if (tiers.items.empty()) {
        issues.error(tiers.place, "has no deployment", "write [[first-choice], [second-choice]]");
    }
    std::set<DeploymentId> seen;
    for (std::size_t i = 0; i < route.tiers.size(); ++i) {
        const YamlNode& tier = tiers.items[i];
        if (tier.items.empty()) {
            issues.error(tier.place, "this tier is empty", "remove it or name its deployments");
        }
        for (std::size_t j = 0; j < route.tiers[i].size(); ++j) {
            const DeploymentId id = route.tiers[i][j];
            if (seen.insert(id).second) { continue; }
            issues.error(tier.items[j].place,
                         "`" + config.deployments[index(id)].name +
                             "` stands in this route already",
                         "use a `weight` to give it a larger share");
        }
    }
    if (seen.size() > deployments_per_route_max) {
        issues.error(tiers.place, "more than " + std::to_string(deployments_per_route_max) +
                                      " deployments in one route");
    }
}

/// A clock that is longer than the total one can never fire. Only written clocks are judged.
void check_clocks(const Timeouts& timeouts, const YamlNode& owner, Issues& issues) {
    using Clock = std::pair<std::string_view, Duration>;
    const std::array<Clock, 4> clocks{Clock{"connect", timeouts.connect},
                                      Clock{"response_head", timeouts.response_head},
                                      Clock{"first_event", timeouts.first_event},
                                      Clock{"between_events", timeouts.between_events}};
    const YamlNode* written = owner.find("timeouts");
    if (written == nullptr) { return; }
    for (const auto& [key, value] : clocks) {
        const YamlNode* node = written->find(key);
        if (node == nullptr || value <= timeouts.total) { continue; }
        issues.error(node->place, "is longer than `total`, " +
                                      format_amount(timeouts.total.count(), Unit::duration) +
                                      ", and would never fire");
    }
}

void check_residency(const Config& config, const RouteConfig& route, const YamlNode& node,
                     Issues& issues) {
    if (route.residency.empty()) { return; }
    std::vector<std::pair<const YamlNode*, std::string>> outside;
    std::set<std::string> geographies;
    bool reachable = false;
    const YamlNode& tiers = nearest(node, {"tiers"});
    for (std::size_t i = 0; i < route.tiers.size(); ++i) {
        for (std::size_t j = 0; j < route.tiers[i].size(); ++j) {
            const auto& deployment = config.deployments[index(route.tiers[i][j])];
            const std::string& geography = config.resources[index(deployment.resource)].geography;
            if (geography == route.residency) {
                reachable = true;
                continue;
            }
            outside.emplace_back(&tiers.items[i].items[j], geography);
            if (!geography.empty()) { geographies.insert(geography); }
        }
    }
    if (!reachable) {
        issues.error(nearest(node, {"residency"}).place,
                     "no deployment of `" + route.name + "` is in `" + route.residency + "`",
                     did_you_mean(route.residency, {geographies.begin(), geographies.end()}));
        return;
    }
    for (const auto& [place, geography] : outside) {
        issues.warn(place->place, "is never used: the route stays in `" + route.residency +
                                      "`, its resource is in " +
                                      (geography.empty() ? "no geography" : "`" + geography + "`"));
    }
}

}  // namespace

void check_routes(const Loaded& loaded, Issues& issues) {
    const Config& config = loaded.config();
    const bool upstreams_fine = !issues.has_errors_below("resources") &&
                                !issues.has_errors_below("deployments");
    const bool defaults_fine = !issues.has_errors_below("defaults");
    if (defaults_fine) {
        check_clocks(loaded.draft.defaults.timeouts, nearest(loaded.root, {"defaults"}), issues);
    }
    check_names(loaded, issues);
    for (std::size_t i = 0; i < config.routes.size(); ++i) {
        const auto& [key, node] = loaded.entry("routes", i);
        if (issues.has_errors_below(key.place.path)) { continue; }
        check_tiers(config, config.routes[i], node, issues);
        if (defaults_fine) { check_clocks(config.routes[i].timeouts, node, issues); }
        if (upstreams_fine) { check_residency(config, config.routes[i], node, issues); }
    }
}

}  // namespace spillway
