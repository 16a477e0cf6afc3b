#include "config/field_groups.hpp"

#include "config/interpolate.hpp"
#include "config/shapes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace spillway {

namespace {

std::vector<Row> secret_rows(SecretSource& secret) {
    const auto env = [&secret](std::string_view variable) -> std::optional<Complaint> {
        if (!is_variable_name(variable)) {
            // Not quoted: this may be the secret itself.
            return Complaint{"is no name of an environment variable",
                             "the key itself stands in the variable, not here"};
        }
        secret.kind = SecretSource::Kind::env;
        secret.variable = variable;
        return std::nullopt;
    };
    const auto file = [&secret](std::string_view path) -> std::optional<Complaint> {
        secret.kind = SecretSource::Kind::file;
        secret.path = path;
        return std::nullopt;
    };
    return {
        {"env", "Environment variable that holds it, read when the table is loaded",
         parsed("the name of an environment variable", "[A-Za-z_][A-Za-z0-9_]*", env)},
        {"file", "File that holds it; read again when it changes", parsed("a file", "", file)},
    };
}

}  // namespace

Shape secret(SecretSource& secret) {
    const auto literal = [&secret](std::string_view value) -> std::optional<Complaint> {
        secret.kind = SecretSource::Kind::literal;
        secret.value = Secret(std::string(value));
        return std::nullopt;
    };
    Shape shape = parsed("a key, {env: NAME} or {file: PATH}", "", literal);
    shape.map = [&secret] { return secret_rows(secret); };
    shape.one_key = true;
    return shape;
}

}  // namespace spillway
