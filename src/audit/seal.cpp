#include "audit/seal.hpp"

#include <algorithm>
#include <charconv>

namespace spillway {

namespace {

constexpr std::string_view number_key = ",\"seq\":";
constexpr std::string_view previous_key = R"(,"prev":")";
constexpr std::string_view hash_key = R"(","hash":")";
constexpr std::string_view end = "\"}";

// `key` and what follows it, taken off the end of `text`: a digest and nothing else.
std::optional<std::string_view> take_digest(std::string_view& text, std::string_view key) {
    if (text.size() < key.size() + digest_characters) { return std::nullopt; }
    const std::string_view digest = text.substr(text.size() - digest_characters);
    text.remove_suffix(digest_characters);
    const bool is_digest = std::ranges::all_of(digest, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    if (!is_digest || !text.ends_with(key)) { return std::nullopt; }
    text.remove_suffix(key.size());
    return digest;
}

std::optional<std::uint64_t> take_number(std::string_view text) {
    const std::size_t key = text.rfind(number_key);
    if (key == std::string_view::npos) { return std::nullopt; }
    const std::string_view digits = text.substr(key + number_key.size());
    std::uint64_t number = 0;
    const char* const last = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), last, number);
    if (read.ec != std::errc() || read.ptr != last || number == 0) { return std::nullopt; }
    return number;
}

}  // namespace

void append_sealed(std::string& out, std::string_view object, AuditChain& chain) {
    const std::size_t begin = out.size();
    out.append(object.substr(0, object.size() - 1));
    out.append(number_key).append(std::to_string(chain.lines + 1));
    out.append(previous_key).append(chain.last_hash).append("\"");
    chain.last_hash = sha256_hex(std::string_view(out).substr(begin));
    ++chain.lines;
    out.append(hash_key.substr(1)).append(chain.last_hash).append(end).append("\n");
}

std::optional<Seal> seal_of(std::string_view line) {
    if (!line.starts_with('{') || !line.ends_with(end)) { return std::nullopt; }
    std::string_view rest = line.substr(0, line.size() - end.size());
    const auto hash = take_digest(rest, hash_key);
    if (!hash) { return std::nullopt; }
    const std::string_view hashed = line.substr(0, rest.size() + 1);
    const auto previous = take_digest(rest, previous_key);
    if (!previous) { return std::nullopt; }
    const auto number = take_number(rest);
    if (!number) { return std::nullopt; }
    return Seal{*number, *previous, *hash, hashed};
}

}  // namespace spillway
