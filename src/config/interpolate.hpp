// `${VAR}` in a routing table. Done after parsing and in values only, so that a variable can never
// add structure to the table.
#pragma once

#include "config/issues.hpp"
#include "config/yaml_node.hpp"
#include "spillway/config_load.hpp"

#include <cstddef>
#include <string_view>

namespace spillway {

/// A value may not become longer than this by its variables.
inline constexpr std::size_t interpolated_bytes_max = std::size_t{64} * 1024;

/// A letter or `_`, then letters, digits and `_`.
[[nodiscard]] bool is_variable_name(std::string_view name);

/// Replaces `${VAR}`, `${VAR:-default}` (also when VAR is empty, as Compose does) and `$$` in every
/// value below `root`. Every other dollar sign is an error, and so is a variable that is not set.
void interpolate(YamlNode& root, const Environment& environment, Issues& issues);

}  // namespace spillway
