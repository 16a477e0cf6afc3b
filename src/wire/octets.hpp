// Classes of bytes as RFC 9110 §5.6 and RFC 9112 name them, as one table: the parsers of outside
// bytes must agree on what a token or a field value may contain, so the knowledge stands here once.
#pragma once

#include "base/block.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway::octets {

enum Class : std::uint8_t {
    token = 1,    ///< tchar: method and field names
    value = 2,    ///< VCHAR, SP, HTAB, obs-text: field values, reason phrases, chunk extensions
    visible = 4,  ///< 0x21-0x7E
    digit = 8,
    blank = 16,       ///< SP, HTAB
    unreserved = 32,  ///< RFC 3986 §2.3: never needs a percent escape
};

[[nodiscard]] constexpr bool is_one_of(std::string_view marks, char c) noexcept {
    return marks.find(c) != std::string_view::npos;
}

[[nodiscard]] constexpr bool is_alphanumeric(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

[[nodiscard]] constexpr std::uint8_t classes_of(unsigned char byte) noexcept {
    const char c = static_cast<char>(byte);
    const bool is_visible = byte > 0x20 && byte < 0x7F;
    const bool is_blank = c == ' ' || c == '\t';
    const bool is_token = is_alphanumeric(c) || is_one_of("!#$%&'*+-.^_`|~", c);
    const bool is_unreserved = is_alphanumeric(c) || is_one_of("-._~", c);
    const int classes = (is_token ? token : 0) | (is_visible ? visible : 0) |
                        (is_visible || is_blank || byte >= 0x80 ? value : 0) |
                        (c >= '0' && c <= '9' ? digit : 0) | (is_blank ? blank : 0) |
                        (is_unreserved ? unreserved : 0);
    return static_cast<std::uint8_t>(classes);
}

inline constexpr std::array<std::uint8_t, 256> classes = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned byte = 0; byte < table.size(); ++byte) {
        table[byte] = classes_of(static_cast<unsigned char>(byte));
    }
    return table;
}();

[[nodiscard]] constexpr bool is(Class wanted, char c) noexcept {
    return (classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

/// True for an empty text too.
[[nodiscard]] constexpr bool all(Class wanted, std::string_view text) noexcept {
    std::uint8_t common = wanted;
    for (const char c : text) { common &= classes[static_cast<unsigned char>(c)]; }
    return common != 0;
}

/// Bytes at the start of `text` that belong to the class.
[[nodiscard]] constexpr std::size_t span(Class wanted, std::string_view text) noexcept {
    std::size_t bytes = 0;
    while (bytes < text.size() && is(wanted, text[bytes])) { ++bytes; }
    return bytes;
}

/// `span(token, text)`, sixteen bytes at a time as long as they are of those that names are made
/// of.
[[nodiscard]] inline std::size_t token_span(std::string_view text) noexcept {
    std::size_t bytes = 0;
    while (text.size() - bytes >= sizeof(Block)) {
        const Block block = load_block(text.data() + bytes);
        const Block letter = (block | 0x20) - 'a';
        const Block digit = block - '0';
        const auto usual = marks(reinterpret_cast<Block>((letter < 26) | (digit < 10) |
                                                         (block == '-')));
        constexpr std::uint32_t all_usual = 0xFFFF;
        if (usual != all_usual) {
            bytes += first_mark(~usual);
            break;
        }
        bytes += sizeof block;
    }
    return bytes + span(token, text.substr(bytes));
}

/// `span(value, text)`, sixteen bytes at a time: most bytes of a head are looked at here.
[[nodiscard]] inline std::size_t value_span(std::string_view text) noexcept {
    std::size_t bytes = 0;
    while (text.size() - bytes >= sizeof(Block)) {
        const Block block = load_block(text.data() + bytes);
        const auto others = marks(reinterpret_cast<Block>(((block < 0x20) & (block != '\t')) |
                                                          (block == 0x7F)));
        if (others != 0) { return bytes + first_mark(others); }
        bytes += sizeof block;
    }
    return bytes + span(value, text.substr(bytes));
}

[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is(blank, text.front())) { text.remove_prefix(1); }
    while (!text.empty() && is(blank, text.back())) { text.remove_suffix(1); }
    return text;
}

[[nodiscard]] constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Value of a hexadecimal digit of either case, -1 for anything else.
[[nodiscard]] constexpr int hex_value(char c) noexcept {
    if (is(digit, c)) { return c - '0'; }
    const char letter = lower(c);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

}  // namespace spillway::octets
