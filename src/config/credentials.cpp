#include "config/credentials.hpp"

#include "config/checks.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace spillway {

namespace {

/// Anything else would end the header field or be changed on the way.
bool fits_header(const std::string& key) {
    return std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

void read_variable(SecretSource& secret, const YamlPlace& place, const Environment& environment,
                   Issues& issues) {
    std::optional<std::string> value = environment(secret.variable);
    const std::string name = "the environment variable " + secret.variable;
    if (!value) {
        issues.missing(place, name + " is not set");
    } else if (value->empty()) {
        issues.missing(place, name + " is empty");
    } else if (!fits_header(*value)) {
        issues.error(place, name + " holds a blank or a line break, so it is no key");
    } else {
        secret.value = Secret(std::move(*value));
    }
}

void read_literal(const SecretSource& secret, const YamlNode& node, Issues& issues) {
    if (!fits_header(secret.value.reveal())) {
        issues.error(node.place, "holds a blank or a line break, so it is no key");
    } else if (!node.substituted) {
        issues.warn(node.place, "a key in the table is seen by everybody who sees the table",
                    "write {env: NAME} or {file: PATH}");
    }
}

/// `node` is where the table says what the secret is; what `azure_default` found has no place of
/// its own.
void read_secret(SecretSource& secret, const YamlNode& node, const Environment& environment,
                 Issues& issues) {
    switch (secret.kind) {
        case SecretSource::Kind::literal: read_literal(secret, node, issues); break;
        case SecretSource::Kind::env:
            read_variable(secret, nearest(node, {"env"}).place, environment, issues);
            break;
        case SecretSource::Kind::file:
            check_readable(nearest(node, {"file"}).place, secret.path, issues);
            break;
        case SecretSource::Kind::none: break;
    }
}

}  // namespace

void read_credentials(Config& config, const YamlNode& root, const Environment& environment,
                      Issues& issues) {
    for (std::size_t i = 0; i < config.credentials.size(); ++i) {
        const auto& [key, node] = root.find("credentials")->entries[i];
        if (node.entries.empty() || issues.has_errors_below(key.place.path)) { continue; }
        const YamlNode& value = node.entries.front().value;
        read_secret(config.credentials[i].secret, nearest(value, {"secret"}), environment, issues);
    }
}

void read_admin_token(Config& config, const YamlNode& root, const Environment& environment,
                      Issues& issues) {
    const YamlNode* admin = root.find("admin");
    const YamlNode* token = admin == nullptr ? nullptr : admin->find("token");
    if (token == nullptr || issues.has_errors_below("admin")) { return; }
    read_secret(config.admin.token, *token, environment, issues);
}

}  // namespace spillway
