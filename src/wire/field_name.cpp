#include "wire/field_name.hpp"

#include "wire/head.hpp"
#include "wire/octets.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace spillway {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(FieldName::other)> names = {
    "accept",
    "allow",
    "alt-svc",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "retry-after",
    "set-cookie",
    "strict-transport-security",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
};

constexpr std::size_t length_max = std::ranges::max(names, {}, &std::string_view::size).size();
constexpr std::size_t alike_max = 4;

/// The names of one length; unused places hold `other`.
using Alike = std::array<FieldName, alike_max>;

constexpr auto by_length = [] {
    std::array<Alike, length_max + 1> table{};
    for (Alike& alike : table) { alike.fill(FieldName::other); }
    for (std::size_t i = 0; i < names.size(); ++i) {
        Alike& alike = table[names[i].size()];
        *std::ranges::find(alike, FieldName::other) = static_cast<FieldName>(i);
    }
    return table;
}();

}  // namespace

FieldName field_name(std::string_view text) noexcept {
    if (text.size() > length_max) { return FieldName::other; }
    for (const FieldName candidate : by_length[text.size()]) {
        if (candidate == FieldName::other) { break; }
        const std::string_view name = names[static_cast<std::size_t>(candidate)];
        if (octets::lower(text[0]) == name[0] && equal_ignoring_case(text, name)) {
            return candidate;
        }
    }
    return FieldName::other;
}

}  // namespace spillway
