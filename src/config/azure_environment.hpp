// What a table leaves out of its credentials and the machine says: AZURE_TENANT_ID and its like,
// where the machine's own token service is, which of the sources `azure_default` stands for
// (azure-protocol.md §2.2-2.4). Afterwards a Config is complete and nobody else asks.
#pragma once

#include "config/issues.hpp"
#include "config/yaml_node.hpp"
#include "spillway/config_load.hpp"

namespace spillway {

void complete_credentials(Config& config, const YamlNode& root, const Environment& environment,
                          Issues& issues);

/// Proxies of resources, authorities and token issuers that the table does not name.
void complete_proxies(Config& config, const YamlNode& root, const Environment& environment,
                      Issues& issues);

}  // namespace spillway
