#include "tools/draft_names.hpp"

#include <cctype>
#include <cstddef>

namespace spillway {

namespace {

/// The longest prefix of `name` that is a name and leaves room for `suffix`.
std::string shortened(std::string name, const std::string& suffix, NameRule rule) {
    while (!name.empty() && !is_name(name + suffix, rule)) { name.pop_back(); }
    return name;
}

}  // namespace

std::string valid_name(std::string_view wanted, NameRule rule) {
    std::string name;
    for (const char c : wanted) { name += is_name(std::string_view(&c, 1), rule) ? c : '-'; }
    name = shortened(std::move(name), {}, rule);
    return name.empty() ? "unnamed" : name;
}

std::string DraftNames::take(std::string_view wanted) {
    const std::string name = valid_name(wanted, rule_);
    std::string unique = name;
    for (std::size_t count = 2; !given_.insert(unique).second; ++count) {
        const std::string suffix = separator_ + std::to_string(count);
        unique = shortened(name, suffix, rule_) + suffix;
    }
    return unique;
}

std::string variable_name(std::string_view prefix, std::string_view name) {
    std::string variable(prefix);
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        variable += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
    }
    return variable;
}

std::string name_after_variable(std::string_view variable) {
    std::string name;
    for (const char c : variable) {
        name += c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return name;
}

}  // namespace spillway
