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

void read_variable(CredentialConfig& credential, const YamlPlace& place,
                   const Environment& environment, Issues& issues) {
    std::optional<std::string> value = environment(credential.secret.variable);
    const std::string name = "the environment variable " + credential.secret.variable;
    if (!value) {
        issues.missing(place, name + " is not set");
    } else if (value->empty()) {
        issues.missing(place, name + " is empty");
    } else if (!fits_header(*value)) {
        issues.error(place, name + " holds a blank or a line break, so it is no key");
    } else {
        credential.secret.value = Secret(std::move(*value));
    }
}

void read_literal(const CredentialConfig& credential, const YamlNode& node, Issues& issues) {
    if (!fits_header(credential.secret.value.reveal())) {
        issues.error(node.place, "holds a blank or a line break, so it is no key");
    } else if (!node.substituted) {
        issues.warn(node.place, "a key in the table is seen by everybody who sees the table",
                    "write {env: NAME} or {file: PATH}");
    }
}

void read_credential(CredentialConfig& credential, const YamlNode& api_key,
                     const Environment& environment, Issues& issues) {
    const YamlNode* env = api_key.find("env");
    const YamlNode* file = api_key.find("file");
    if (api_key.kind == YamlNode::Kind::scalar) {
        read_literal(credential, api_key, issues);
    } else if ((env == nullptr) == (file == nullptr)) {
        issues.error(api_key.place, "needs one of `env` and `file`");
    } else if (env != nullptr) {
        read_variable(credential, env->place, environment, issues);
    } else {
        check_readable(file->place, credential.secret.path, issues);
    }
}

}  // namespace

void read_credentials(Config& config, const YamlNode& root, const Environment& environment,
                      Issues& issues) {
    for (std::size_t i = 0; i < config.credentials.size(); ++i) {
        const auto& [key, node] = root.find("credentials")->entries[i];
        const YamlNode* api_key = node.find("api_key");
        if (api_key == nullptr || issues.has_errors_below(key.place.path)) { continue; }
        read_credential(config.credentials[i], *api_key, environment, issues);
    }
}

}  // namespace spillway
