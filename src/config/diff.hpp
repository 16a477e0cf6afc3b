// What changes when one routing table takes another's place, said in the words of the table. Pure,
// so that a reload's log, its answer and a test read the same lines. Keys are compared, never
// shown.
#pragma once

#include "spillway/config.hpp"

#include <string>
#include <vector>

namespace spillway {

/// One line per change: `+ route gpt-4o`, `- deployment gpt-4o-west`, `~ deployment gpt-4o-east:
/// tpm 100k -> 200k`, `~ drain.timeout 10m -> 1m`. Empty when both mean the same.
[[nodiscard]] std::vector<std::string> diff(const Config& before, const Config& after);

/// Those of `fixed_keys` that differ, dotted.
[[nodiscard]] std::vector<std::string> needing_restart(const Config& before, const Config& after);

}  // namespace spillway
