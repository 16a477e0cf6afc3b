// SHA-256 as the audit stream writes it. Separate so that one file knows the library that computes
// it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway {

inline constexpr std::size_t digest_characters = 64;

/// Lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace spillway
