// Carries the values of a tree into the fields its rows are bound to; knows forms, not meanings.
#pragma once

#include "config/issues.hpp"
#include "config/row.hpp"
#include "config/yaml_node.hpp"

#include <vector>

namespace spillway {

/// Loads the map `node`. Keys no row names, missing keys and values of the wrong form are errors;
/// the fields of refused values keep their defaults.
void load_rows(const YamlNode& node, const std::vector<Row>& rows, Issues& issues);

}  // namespace spillway
