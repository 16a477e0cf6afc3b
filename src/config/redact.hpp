// Hides what may be a key in a line of a routing table before the line is shown: the output of
// `check` ends up in build logs. Works on the text, because a table with an error in it may have no
// tree.
#pragma once

#include "config/text_position.hpp"

#include <cstddef>
#include <string>

namespace spillway {

/// Line `number` (from 1) with asterisks in place of the characters that may belong to a key. Under
/// `credentials` that is every value but the names of variables and files; elsewhere, the values of
/// keys that sound like a secret. Columns stay the same.
[[nodiscard]] std::string redacted_line(const TextPosition& text, std::size_t number);

}  // namespace spillway
