// An explanation as JSON: what POST /explain answers and `spillway explain --json` prints. Its keys
// are described in docs/explain.md.
#pragma once

#include "tools/explain.hpp"

#include <string>

namespace spillway {

/// Ends with a newline. No secrets: names, limits, states and addresses only.
[[nodiscard]] std::string explanation_json(const Explanation& explanation);

}  // namespace spillway
