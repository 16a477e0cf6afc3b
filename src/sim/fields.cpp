#include "sim/fields.hpp"

#include <charconv>
#include <utility>

namespace spillway_sim {

Fields::Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) { throw InputError(where_ + ": expected an object"); }
}

const Json* Fields::find(const std::string& name) {
    known_.insert(name);
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
}

long long Fields::take_amount(const std::string& name, long long fallback) {
    const Json* value = find(name);
    if (value == nullptr) { return fallback; }
    if (value->is_number_integer()) { return value->get<long long>(); }
    if (value->is_string()) { return read_amount(value->get<std::string>(), where_ + "." + name); }
    throw InputError(where_ + "." + name + ": expected a number or a text such as \"100k\"");
}

void Fields::finish() const {
    for (const auto& [name, value] : object_.items()) {
        if (!known_.contains(name)) { throw InputError(where_ + ": unknown key \"" + name + "\""); }
    }
}

long long read_amount(const std::string& text, const std::string& where) {
    long long number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    const std::string unit(rest, end);
    const long long factor = unit.empty() ? 1 : unit == "k" ? 1'000 : unit == "M" ? 1'000'000 : 0;
    if (error != std::errc() || number < 0 || factor == 0) {
        throw InputError(where + ": \"" + text + "\" is not an amount such as 600, 100k or 2M");
    }
    return number * factor;
}

}  // namespace spillway_sim
