#include "config/key_hash.hpp"

#include "base/base64url.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace spillway {

namespace {

constexpr std::string_view prefix = "spk1:";
constexpr std::string_view hint = "write the line that `spillway keys new` or `keys hash` prints";
constexpr std::size_t id_bytes_max = 32;

template <std::size_t Size>
bool read_bytes(std::string_view text, std::array<std::uint8_t, Size>& out) {
    const std::optional<std::string> bytes = decode_base64url(text);
    if (!bytes || bytes->size() != Size) { return false; }
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return true;
}

/// The text up to the next colon, taken off `rest`.
std::string_view next_part(std::string_view& rest) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const std::string_view part = rest.substr(0, colon);
    rest.remove_prefix(std::min(colon + 1, rest.size()));
    return part;
}

}  // namespace

bool is_key_id(std::string_view text) noexcept {
    const auto fits = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    };
    return !text.empty() && text.size() <= id_bytes_max && std::ranges::all_of(text, fits);
}

Parsed<KeyHash> parse_key_hash(std::string_view text) {
    if (text.starts_with("spk1_")) {
        return Complaint{"is a key, and the table holds only its hash",
                         "make a new key, as this one has been seen; " + std::string(hint)};
    }
    std::string_view rest = text;
    if (!text.starts_with(prefix)) {
        return Complaint{"is no line of a key, spk1:ID:SALT:DIGEST", std::string(hint)};
    }
    rest.remove_prefix(prefix.size());
    KeyHash hash;
    hash.id = next_part(rest);
    const std::string_view salt = next_part(rest);
    if (!is_key_id(hash.id) || !read_bytes(salt, hash.salt) || !read_bytes(rest, hash.digest)) {
        return Complaint{"is no whole line of a key, spk1:ID:SALT:DIGEST", std::string(hint)};
    }
    return hash;
}

std::string format_key_hash(const KeyHash& hash) {
    return std::string(prefix) + hash.id + ":" + base64url(hash.salt) + ":" +
           base64url(hash.digest);
}

}  // namespace spillway
