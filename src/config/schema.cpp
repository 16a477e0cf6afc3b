// The field table as JSON Schema (draft-07, the newest that YAML language servers read). It is for
// editors: it knows forms and ranges; what has to hold between values only the loader checks.
#include "config/fields.hpp"
#include "config/fixed_keys.hpp"
#include "spillway/config_load.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace spillway {

namespace {

using Json = nlohmann::ordered_json;

// Any value may come from the environment instead.
constexpr std::string_view variable_pattern = R"(\$\{.+\})";

Json schema_of(const Shape& shape, const std::string& path);

std::string anchored(std::string_view pattern) { return "^(" + std::string(pattern) + ")$"; }

Json text_form(std::string_view pattern) {
    Json form{{"type", "string"}};
    if (!pattern.empty()) {
        form["pattern"] = anchored(pattern) + "|" + std::string(variable_pattern);
    }
    return form;
}

/// A number, or its text form with a suffix or a variable in it.
std::vector<Json> number_forms(const Scalar& scalar) {
    Json number{{"type", scalar.type == Scalar::Type::number ? "number" : "integer"}};
    if (scalar.range) {
        if (scalar.type == Scalar::Type::number) {
            number["minimum"] = scalar.range->min;
            number["maximum"] = scalar.range->max;
        } else {
            number["minimum"] = static_cast<std::int64_t>(scalar.range->min);
            number["maximum"] = static_cast<std::int64_t>(scalar.range->max);
        }
    }
    Json text{{"type", "string"}, {"pattern", variable_pattern}};
    if (!scalar.pattern.empty()) { text = text_form(scalar.pattern); }
    return {std::move(number), std::move(text)};
}

std::vector<Json> scalar_forms(const Scalar& scalar) {
    const Json variable{{"type", "string"}, {"pattern", variable_pattern}};
    switch (scalar.type) {
        case Scalar::Type::whole_number:
        case Scalar::Type::number: return number_forms(scalar);
        case Scalar::Type::flag: return {Json{{"type", "boolean"}}, variable};
        case Scalar::Type::text: break;
    }
    if (!scalar.choices.empty()) { return {Json{{"enum", scalar.choices}}, variable}; }
    return {text_form(scalar.pattern)};
}

Json default_of(const Scalar& scalar) {
    if (scalar.type == Scalar::Type::text) { return scalar.fallback; }
    const Json parsed = Json::parse(scalar.fallback, nullptr, false);
    return parsed.is_discarded() ? Json(scalar.fallback) : parsed;
}

std::string below(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
}

Json object_of(const std::vector<Row>& rows, const std::string& path) {
    Json properties = Json::object();
    Json required = Json::array();
    for (const Row& row : rows) {
        const std::string here = below(path, row.key);
        Json value = schema_of(row.shape, here);
        Json property{{"description", row.description}};
        if (is_fixed(here)) { property["$comment"] = "Needs a restart."; }
        property.update(value);
        properties[row.key] = std::move(property);
        if (row.presence == Row::Presence::required) { required.push_back(row.key); }
    }
    Json object{{"type", required.empty() ? Json{"object", "null"} : Json("object")},
                {"additionalProperties", false},
                {"properties", std::move(properties)}};
    if (!required.empty()) { object["required"] = std::move(required); }
    return object;
}

Json map_of_keys(const Shape& shape, const std::string& path) {
    Json object = object_of(shape.map(), path);
    if (shape.one_key) {
        object["type"] = "object";
        object["minProperties"] = 1;
        object["maxProperties"] = 1;
    }
    return object;
}

Json map_of_names(const Shape& shape, const std::string& path) {
    return {{"type", {"object", "null"}},
            {"propertyNames", {{"pattern", anchored(pattern_for(shape.names))}}},
            {"additionalProperties", schema_of(shape.entry("name"), below(path, "*"))}};
}

Json schema_of(const Shape& shape, const std::string& path) {
    std::vector<Json> forms;
    if (shape.scalar) { forms = scalar_forms(*shape.scalar); }
    if (shape.map) { forms.push_back(map_of_keys(shape, path)); }
    if (shape.entry) { forms.push_back(map_of_names(shape, path)); }
    if (shape.item) {
        forms.push_back(Json{{"type", "array"},
                             {"items", schema_of(shape.item(), below(path, "*"))}});
    }
    Json schema = forms.size() == 1 ? std::move(forms.front()) : Json{{"anyOf", std::move(forms)}};
    if (shape.scalar && !shape.scalar->fallback.empty()) {
        schema["default"] = default_of(*shape.scalar);
    }
    return schema;
}

}  // namespace

std::string config_schema() {
    Draft draft;
    Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
                {"title", "Spillway routing table"}};
    schema.update(object_of(fields(draft), {}));
    return schema.dump(2) + "\n";
}

}  // namespace spillway
