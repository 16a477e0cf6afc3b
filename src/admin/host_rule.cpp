#include "admin/host_rule.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace spillway {

namespace {

constexpr std::array<std::string_view, 3> private_suffixes = {".localhost", ".local", ".internal"};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

bool is_all_of(std::string_view text, std::string_view alphabet) {
    return text.find_first_not_of(alphabet) == std::string_view::npos;
}

}  // namespace

bool is_own_host(std::string_view host, std::span<const std::string> own) {
    if (host.starts_with('[')) { return true; }  // IPv6 literal: never a name
    const std::string name = lower(host.substr(0, host.find(':')));
    if (is_all_of(name, "0123456789.")) { return true; }  // no top-level domain is a number
    if (name.find('.') == std::string::npos) { return true; }
    if (std::ranges::any_of(own, [&](const std::string& each) { return lower(each) == name; })) {
        return true;
    }
    return std::ranges::any_of(private_suffixes,
                               [&](std::string_view suffix) { return name.ends_with(suffix); });
}

}  // namespace spillway
