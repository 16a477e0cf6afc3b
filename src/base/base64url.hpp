// Base64url without padding (RFC 4648 §5, RFC 7515 §2): how keys, digests and tokens are written.
// Strict both ways: every sequence of bytes has exactly one spelling, so that two texts that differ
// never mean the same.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace spillway {

[[nodiscard]] std::string base64url(std::span<const std::uint8_t> bytes);

/// The bytes; nothing for padding, other characters, an impossible length or loose last bits.
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace spillway
