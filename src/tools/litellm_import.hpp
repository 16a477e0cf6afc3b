// From a LiteLLM configuration to a routing table: a resource per api_base and key, a deployment
// per model in it, a route per model_name.
#pragma once

#include "tools/litellm_config.hpp"
#include "tools/table_draft.hpp"

namespace spillway {

/// A table without any route when nothing can be served; its leftovers, in the order of the file,
/// say why.
[[nodiscard]] TableDraft import_litellm(const LitellmConfig& config);

}  // namespace spillway
