// From YAML text to the tree: syntax, bounds, and the parts of YAML we refuse because they hide
// something (duplicate and merge keys, tags, several documents). The only file that knows yaml-cpp.
#pragma once

#include "config/issues.hpp"
#include "config/yaml_node.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway {

/// Bounds on a routing table. A thousand deployments with all their keys stay below a fifth of
/// them.
inline constexpr std::size_t yaml_bytes_max = std::size_t{1024} * 1024;
inline constexpr std::size_t yaml_nodes_max = 100'000;  ///< keys and aliased copies included
inline constexpr std::size_t yaml_depth_max = 16;       ///< the table itself needs 6
inline constexpr std::size_t yaml_key_bytes_max = 128;

/// What to do with `<<: *other`, which takes over what a map does not say itself (YAML 1.1).
enum class MergeKeys : std::uint8_t { refuse, apply };

/// The document's root with all places filled in. Nothing when the text is no YAML document or
/// breaks a bound; what can be passed over (a duplicate key) is reported and left out.
[[nodiscard]] std::optional<YamlNode> read_yaml(std::string_view text, Issues& issues,
                                                MergeKeys merge_keys = MergeKeys::refuse);

}  // namespace spillway
