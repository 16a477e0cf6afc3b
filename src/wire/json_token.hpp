// The grammar of single JSON tokens (RFC 8259 §6-§7) and the number of characters in a string.
// Separate from `inspect`, because simdjson finds where a value begins but judges only the values
// it converts.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace spillway {

/// `token` without surrounding blanks is a number, `true`, `false` or `null`.
[[nodiscard]] bool is_json_scalar(std::string_view token) noexcept;

/// `token` is a string with its quotes and nothing else. Escapes are checked; that there is no bare
/// quote or control character inside and that it is UTF-8 is what the caller knows already
/// (simdjson's first stage). Lone surrogates are let through: clients send them and providers
/// accept them.
[[nodiscard]] bool is_json_string(std::string_view token) noexcept;

/// Characters of a valid string token: code points, a `\u` escape counting as one.
[[nodiscard]] std::size_t json_characters(std::string_view token) noexcept;

}  // namespace spillway
