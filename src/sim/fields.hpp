// Reads one JSON object written by a person (configuration, fault, limits) field by field and
// refuses what nobody asked for: a fault with a misspelt key would otherwise be a test that tests
// nothing.
#pragma once

#include <set>
#include <stdexcept>
#include <string>

#include "sim/json.hpp"

namespace spillway_sim {

/// What a person wrote cannot be used; `what()` names the place. Thrown while reading input only,
/// and caught where that input came in: main() and the admin listener.
struct InputError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One object being read. Call `finish()` after the last field.
class Fields {
public:
    /// `where` is the object's place in the input, for messages. Throws InputError if not an
    /// object.
    Fields(const Json& object, std::string where);

    /// The field's value, or `fallback` where it is absent. Throws InputError on another type.
    template <class T>
    T take(const std::string& name, T fallback) {
        const Json* value = find(name);
        if (value == nullptr) { return fallback; }
        try {
            return value->get<T>();
        } catch (const Json::exception&) {
            throw InputError(where_ + "." + name + ": unexpected type or value");
        }
    }

    /// The raw field, or null where it is absent; counts as read.
    const Json* find(const std::string& name);

    /// An amount: a number, or a string such as "100k" or "2M". Throws InputError otherwise.
    long long take_amount(const std::string& name, long long fallback);

    /// Throws InputError if the object holds a field that was never asked for.
    void finish() const;

    [[nodiscard]] const std::string& where() const { return where_; }

private:
    const Json& object_;
    std::string where_;
    std::set<std::string> known_;
};

/// "600", "100k", "2M" as a number. Throws InputError, naming `where`, on anything else.
long long read_amount(const std::string& text, const std::string& where);

}  // namespace spillway_sim
