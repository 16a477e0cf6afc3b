// What to do about the keys of a LiteLLM configuration that a routing table has no place for.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

/// `path` as the YAML reader writes it, e.g. `model_list[3].litellm_params.temperature`.
[[nodiscard]] std::string litellm_advice(std::string_view path);

}  // namespace spillway
