#include "config/interpolate.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace spillway {

bool is_variable_name(std::string_view name) {
    const auto is_letter = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !name.empty() && !is_digit(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return is_letter(c) || is_digit(c); });
}

namespace {

/// Expands one value from left to right; what it finds wrong stops it.
class Expansion {
public:
    Expansion(const YamlNode& node, const Environment& environment, Issues& issues)
        : rest_(node.text), place_(node.place), environment_(environment), issues_(issues) {}

    /// The expanded text; nothing after an error.
    [[nodiscard]] std::optional<std::string> run() {
        for (;;) {
            const std::size_t dollar = rest_.find('$');
            result_.append(rest_.substr(0, dollar));
            if (dollar == std::string_view::npos) { return std::move(result_); }
            rest_.remove_prefix(dollar + 1);
            if (!expand_dollar()) { return std::nullopt; }
        }
    }

private:
    bool expand_dollar() {
        if (rest_.starts_with('$')) {
            result_ += '$';
            rest_.remove_prefix(1);
            return true;
        }
        const std::size_t end = rest_.find('}');
        if (!rest_.starts_with('{') || end == std::string_view::npos) {
            issues_.error(place_, "a lone dollar sign",
                          "write ${NAME} for an environment variable, $$ for the sign itself");
            return false;
        }
        const std::string_view inside = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        return expand_variable(inside);
    }

    bool expand_variable(std::string_view inside) {
        const std::size_t colon = inside.find(":-");
        const std::string name(inside.substr(0, colon));
        const bool has_default = colon != std::string_view::npos;
        if (!is_variable_name(name) || inside.find('$') != std::string_view::npos) {
            issues_.error(place_, "`${" + std::string(inside) + "}` is no variable",
                          "the forms are ${NAME} and ${NAME:-default}, not nested");
            return false;
        }
        const std::optional<std::string> value = environment_(name);
        if (!value && !has_default) {
            issues_.error(place_, "the environment variable " + name + " is not set",
                          "set it, or give a default: ${" + name + ":-default}");
            return false;
        }
        const bool use_default = has_default && (!value || value->empty());
        result_.append(use_default ? inside.substr(colon + 2) : std::string_view(*value));
        if (result_.size() > interpolated_bytes_max) {
            issues_.error(place_, "longer than " + std::to_string(interpolated_bytes_max) +
                                      " bytes once its variables are filled in");
            return false;
        }
        return true;
    }

    std::string_view rest_;
    const YamlPlace& place_;
    const Environment& environment_;
    Issues& issues_;
    std::string result_;
};

}  // namespace

void interpolate(YamlNode& root, const Environment& environment, Issues& issues) {
    for (YamlNode& item : root.items) { interpolate(item, environment, issues); }
    for (auto& [key, value] : root.entries) { interpolate(value, environment, issues); }
    if (root.kind != YamlNode::Kind::scalar || root.text.find('$') == std::string::npos) { return; }
    root.substituted = root.text.find("${") != std::string::npos;
    if (auto expanded = Expansion(root, environment, issues).run()) {
        root.text = std::move(*expanded);
    } else {
        root.kind = YamlNode::Kind::refused;
    }
}

}  // namespace spillway
