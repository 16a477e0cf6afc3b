#include "identity/token_text.hpp"

namespace spillway {

bool is_token_shaped(std::string_view text) noexcept {
    constexpr std::string_view brace = "ey";  // `{"` and `{ ` in base64url
    const std::size_t first = text.find('.');
    if (!text.starts_with(brace) || first == text.npos) { return false; }
    const std::size_t second = text.find('.', first + 1);
    return second != text.npos && text.find('.', second + 1) == text.npos;
}

std::optional<TokenText> split_token(std::string_view text) noexcept {
    if (text.size() > token_bytes_max || !is_token_shaped(text)) { return std::nullopt; }
    const std::size_t first = text.find('.');
    const std::size_t second = text.find('.', first + 1);
    TokenText parts;
    parts.header = text.substr(0, first);
    parts.claims = text.substr(first + 1, second - first - 1);
    parts.signature = text.substr(second + 1);
    parts.signed_part = text.substr(0, second);
    return parts;
}

}  // namespace spillway
