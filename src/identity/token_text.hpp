// The outer form of a token (JWS compact serialization, RFC 7515 §7.1): three parts in base64url.
// Separate so that keys and tokens can be told apart without reading either.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace spillway {

inline constexpr std::size_t token_bytes_max = std::size_t{8} * 1024;

/// Views into the token.
struct TokenText {
    std::string_view header;
    std::string_view claims;
    std::string_view signature;
    std::string_view signed_part;  ///< what the signature is about: header, dot, claims
};

/// Three parts, of which the first begins as every JSON object does.
[[nodiscard]] bool is_token_shaped(std::string_view text) noexcept;
/// Nothing when it is not, or longer than token_bytes_max.
[[nodiscard]] std::optional<TokenText> split_token(std::string_view text) noexcept;

}  // namespace spillway
