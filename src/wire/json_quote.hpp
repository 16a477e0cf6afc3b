// Writing text of ours, or an excerpt of somebody's, into JSON. Separate from the reader because
// errors, splices and logs need only this.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway {

/// `text` as a JSON string token, quotes included. What is not valid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_quoted(std::string_view text);

/// The longest prefix of at most `bytes_max` bytes that does not end inside a UTF-8 character.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept;

}  // namespace spillway
