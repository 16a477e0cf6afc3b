#include "sim/schema_instance.hpp"

#include <array>
#include <string>

namespace spillway_sim {

namespace {

constexpr int depth_max = 16;

/// One walk over a schema: the root for $ref, and the number that picks words.
struct Walk {
    const Json& root;
    std::uint64_t seed;

    [[nodiscard]] Json value(const Json& schema, int depth) const;
    [[nodiscard]] Json object(const Json& schema, int depth) const;
    [[nodiscard]] Json array(const Json& schema, int depth) const;
    [[nodiscard]] Json word() const;
};

std::string type_of(const Json& schema) {
    const Json type = schema.value("type", Json());
    if (type.is_string()) { return type.get<std::string>(); }
    if (type.is_array() && !type.empty()) { return type.front().get<std::string>(); }
    return schema.contains("properties") ? "object" : "string";
}

Json Walk::word() const {
    constexpr std::array words{"Oslo", "blue", "seven", "harbour", "copper", "lantern"};
    return words.at(seed % words.size());
}

Json Walk::object(const Json& schema, int depth) const {
    Json made = Json::object();
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [name, property] : properties.items()) {
        made[name] = value(property, depth + 1);
    }
    return made;
}

Json Walk::array(const Json& schema, int depth) const {
    Json made = Json::array();
    const auto wanted = schema.value("minItems", std::size_t{1});
    while (made.size() < wanted) {
        made.push_back(value(schema.value("items", Json::object()), depth + 1));
    }
    return made;
}

Json Walk::value(const Json& schema, int depth) const {
    if (depth > depth_max || !schema.is_object()) { return nullptr; }
    if (schema.contains("$ref")) {
        const auto path = schema.at("$ref").get<std::string>();
        const Json::json_pointer target(path.starts_with('#') ? path.substr(1) : path);
        return root.contains(target) ? value(root.at(target), depth + 1) : Json();
    }
    for (const char* branches : {"anyOf", "oneOf", "allOf"}) {
        if (schema.contains(branches)) { return value(schema.at(branches).front(), depth + 1); }
    }
    if (schema.contains("const")) { return schema.at("const"); }
    if (schema.contains("enum")) {
        const Json& choices = schema.at("enum");
        return choices.at(seed % choices.size());
    }
    const std::string type = type_of(schema);
    if (type == "object") { return object(schema, depth); }
    if (type == "array") { return array(schema, depth); }
    if (type == "integer") { return schema.value("minimum", static_cast<int>(seed % 40)); }
    if (type == "number") { return schema.value("minimum", 21.5); }
    if (type == "boolean") { return seed % 2 == 0; }
    return type == "null" ? Json() : word();
}

}  // namespace

Json make_instance(const Json& schema, std::uint64_t seed) {
    return Walk{schema, seed}.value(schema, 0);
}

}  // namespace spillway_sim
