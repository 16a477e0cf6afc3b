// Gets the keys that a routing table names: from the environment, a file, or the table itself.
#pragma once

#include "config/issues.hpp"
#include "config/yaml_node.hpp"
#include "spillway/config_load.hpp"

namespace spillway {

/// Fills in the keys of `config.credentials`; one that cannot be had, or that could not be sent in
/// a header, is an error. The contents of key files are read later, by whoever watches them.
void read_credentials(Config& config, const YamlNode& root, const Environment& environment,
                      Issues& issues);
/// Likewise `config.admin.token`.
void read_admin_token(Config& config, const YamlNode& root, const Environment& environment,
                      Issues& issues);

}  // namespace spillway
