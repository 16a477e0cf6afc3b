#include "base/base64url.hpp"

#include <array>
#include <cstddef>

namespace spillway {

namespace {

constexpr std::string_view
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t none = 0xFF;
constexpr unsigned bits_per_character = 6;

constexpr std::array<std::uint8_t, 256> values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(none);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}();

}  // namespace

std::string base64url(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : bytes) {
        buffer = (buffer << 8U) | byte;
        bits += 8;
        while (bits >= bits_per_character) {
            bits -= bits_per_character;
            text += alphabet[(buffer >> bits) & 0x3FU];
        }
    }
    if (bits > 0) { text += alphabet[(buffer << (bits_per_character - bits)) & 0x3FU]; }
    return text;
}

std::optional<std::string> decode_base64url(std::string_view text) {
    if (text.size() % 4 == 1) { return std::nullopt; }
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const std::uint8_t value = values[static_cast<unsigned char>(c)];
        if (value == none) { return std::nullopt; }
        buffer = (buffer << bits_per_character) | value;
        bits += bits_per_character;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>((buffer >> bits) & 0xFFU);
        }
    }
    const std::uint32_t loose = buffer & ((1U << bits) - 1U);
    if (loose != 0) { return std::nullopt; }
    return bytes;
}

}  // namespace spillway
