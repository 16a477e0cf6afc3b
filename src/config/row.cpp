#include "config/row.hpp"

#include <algorithm>
#include <cstddef>

namespace spillway {

namespace {

constexpr std::size_t name_bytes_max = 64;

bool is_name_character(char c, NameRule rule) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    return plain || (rule == NameRule::model && (c == '/' || c == ':'));
}

}  // namespace

bool is_name(std::string_view text, NameRule rule) {
    return !text.empty() && text.size() <= name_bytes_max &&
           std::all_of(text.begin(), text.end(),
                       [rule](char c) { return is_name_character(c, rule); });
}

std::string_view pattern_for(NameRule rule) noexcept {
    return rule == NameRule::model ? "[A-Za-z0-9._/:-]{1,64}" : "[A-Za-z0-9._-]{1,64}";
}

Complaint refuse_name(std::string_view text, NameRule rule) {
    const std::string extra = rule == NameRule::model ? " / :" : "";
    return {
        "`" + std::string(text) + "` is no name",
        "use letters, digits and . _ -" + extra + ", at most " + std::to_string(name_bytes_max)};
}

}  // namespace spillway
