// How the table holds a caller's key: `spk1:ID:SALT:DIGEST`, the last two in base64url. The key
// itself is in no table; `spillway keys` prints this line beside it.
#pragma once

#include "config/amount.hpp"
#include "spillway/config/caller.hpp"

#include <string>
#include <string_view>

namespace spillway {

/// What an id may be: letters, digits, `-`, and `.` in those of keys that we did not make.
[[nodiscard]] bool is_key_id(std::string_view text) noexcept;

/// Never repeats the text: it may be a key that somebody put in the wrong place.
[[nodiscard]] Parsed<KeyHash> parse_key_hash(std::string_view text);
[[nodiscard]] std::string format_key_hash(const KeyHash& hash);

}  // namespace spillway
