#include "wire/json_token.hpp"

#include <cstdint>
#include <cstring>

namespace spillway {

namespace {

constexpr std::size_t npos = std::string_view::npos;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr bool is_hex(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Number of digits at `from`.
std::size_t digits(std::string_view text, std::size_t from) noexcept {
    std::size_t end = from;
    while (end < text.size() && is_digit(text[end])) { ++end; }
    return end - from;
}

bool is_number(std::string_view text) noexcept {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const std::size_t whole = digits(text, at);
    if (whole == 0 || (whole > 1 && text[at] == '0')) { return false; }
    at += whole;
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction = digits(text, at + 1);
        if (fraction == 0) { return false; }
        at += 1 + fraction;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) { ++at; }
        const std::size_t exponent = digits(text, at);
        if (exponent == 0) { return false; }
        at += exponent;
    }
    return at == text.size();
}

/// Length of the escape that starts at the backslash `at`; 0 when it is none.
std::size_t escape_length(std::string_view text, std::size_t at) noexcept {
    if (at + 1 == text.size()) { return 0; }
    const char c = text[at + 1];
    if (std::string_view("\"\\/bfnrt").find(c) != npos) { return 2; }
    if (c != 'u' || text.size() - at < 6) { return 0; }
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        if (!is_hex(text[i])) { return 0; }
    }
    return 6;
}

/// Bytes that do not continue a character (10xxxxxx). Plain on purpose: compilers make vector code
/// of it, and most of a large prompt is counted here.
std::size_t code_points(std::string_view text) noexcept {
    constexpr std::size_t block = 64;
    std::size_t count = 0;
    const auto begins = [](char c) { return static_cast<signed char>(c) >= -0x40; };
    while (text.size() >= block) {
        std::uint8_t within = 0;
        for (std::size_t i = 0; i < block; ++i) {
            within = static_cast<std::uint8_t>(within + (begins(text[i]) ? 1 : 0));
        }
        count += within;
        text.remove_prefix(block);
    }
    for (const char c : text) { count += begins(c) ? 1 : 0; }
    return count;
}

std::string_view inside(std::string_view token) noexcept {
    return token.substr(1, token.size() - 2);
}

}  // namespace

bool is_json_scalar(std::string_view token) noexcept {
    return token == "true" || token == "false" || token == "null" || is_number(token);
}

bool is_json_string(std::string_view token) noexcept {
    if (token.size() < 2 || token.front() != '"' || token.back() != '"') { return false; }
    const std::string_view text = inside(token);
    for (std::size_t at = text.find('\\'); at != npos; at = text.find('\\', at)) {
        const std::size_t length = escape_length(text, at);
        if (length == 0) { return false; }
        at += length;
    }
    return true;
}

std::size_t json_characters(std::string_view token) noexcept {
    const std::string_view text = inside(token);
    std::size_t count = code_points(text);
    for (std::size_t at = text.find('\\'); at != npos; at = text.find('\\', at)) {
        const std::size_t length = text[at + 1] == 'u' ? 6 : 2;
        count -= length - 1;
        at += length;
    }
    return count;
}

}  // namespace spillway
