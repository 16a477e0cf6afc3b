// What has to hold between the values of a routing table, beyond each of them being well-formed.
// Every finding points at the value to change. A check that needs values which have been refused
// already stays silent, so that one mistake is reported once.
#pragma once

#include "config/fields.hpp"
#include "config/issues.hpp"
#include "config/yaml_node.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway {

/// The planner looks at every deployment of a route for each request.
inline constexpr std::size_t deployments_per_route_max = 32;

/// A loaded table beside the tree it came from. Entries stand in the same order in both.
struct Loaded {
    const Draft& draft;
    const YamlNode& root;

    [[nodiscard]] const Config& config() const { return draft.config; }
    /// Name and value of the `index`th entry of a top-level map.
    [[nodiscard]] const YamlNode::Entry& entry(std::string_view section, std::size_t index) const {
        return root.find(section)->entries[index];
    }
};

/// Listeners and the parameters of policies.
void check_process(const Loaded& loaded, Issues& issues);
/// Resources, deployments, and whether anything of them is unused.
void check_upstreams(const Loaded& loaded, Issues& issues);
/// Names, tiers, clocks and residency of the routes.
void check_routes(const Loaded& loaded, Issues& issues);

/// Callers, their proofs, and who is served without any.
void check_callers(const Loaded& loaded, Issues& issues);

/// Where callers' own tokens may be sent.
void check_passthrough(const Loaded& loaded, Issues& issues);

/// The node of a listener: `listen` itself or the element of its list.
[[nodiscard]] const YamlNode& listener_node(const YamlNode& root, std::size_t index);

/// An error at `place` unless `path` is empty or a file this process can read.
void check_readable(const YamlPlace& place, const std::string& path, Issues& issues);

}  // namespace spillway
