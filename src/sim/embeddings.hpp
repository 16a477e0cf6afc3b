// Dresses an embeddings answer: one vector per input, a function of the input alone. Separate
// because it tells no story: numbers, not tokens.
#pragma once

#include <string>

#include "sim/json.hpp"
#include "sim/prompt.hpp"

namespace spillway_sim {

/// The whole document. `model` is the deployment's; its family sets the width unless the request's
/// `dimensions` does. Vectors have length 1; with `encoding_format: base64` they are little-endian
/// float32 in base64, which the Node SDK asks for by itself.
[[nodiscard]] Json embeddings_document(const Prompt& prompt, const std::string& model);

}  // namespace spillway_sim
