// `spillway import`: a routing table from what another system knows, to `out`; what the table does
// not have, to `err` as well as into the table's own comments.
#pragma once

#include "app/terminal.hpp"

#include <string>
#include <vector>

namespace spillway {

/// `paths`: files that az has written, accounts and deployments in any order.
[[nodiscard]] ExitCode import_azure_files(const std::vector<std::string>& paths, Terminal terminal);

/// `path`: the config.yaml of a LiteLLM proxy.
[[nodiscard]] ExitCode import_litellm_file(const std::string& path, Terminal terminal);

}  // namespace spillway
