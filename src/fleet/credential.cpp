#include "fleet/credential.hpp"

#include "telemetry/event_log.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace spillway {
namespace {

constexpr std::size_t key_bytes_max = 8192;

bool may_stand_in_header(const std::string& key) {
    return std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

Secret read_key_file(const std::string& path, const std::string& name) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!text.empty() && text.back() == '\n') { text.pop_back(); }
    if (!text.empty() && text.back() == '\r') { text.pop_back(); }
    if (text.empty() || text.size() > key_bytes_max || !may_stand_in_header(text)) {
        log_event(Severity::error, "credential_unusable", {{"credential", name}, {"file", path}});
        return Secret{};
    }
    return Secret(std::move(text));
}

}  // namespace

std::string credential_line(UpstreamFamily family, const Secret& key) {
    if (key.empty()) { return {}; }
    const std::string_view name = family == UpstreamFamily::azure ? "api-key: "
                                                                  : "Authorization: Bearer ";
    return std::string(name) + key.reveal() + "\r\n";
}

Secret current_key(const CredentialConfig& credential) {
    return current_key(credential.secret, credential.name);
}

Secret current_key(const SecretSource& source, const std::string& name) {
    return source.kind == SecretSource::Kind::file ? read_key_file(source.path, name)
                                                   : source.value;
}

std::shared_ptr<const CredentialLines> sign_all(const Config& config) {
    std::vector<Secret> keys;
    keys.reserve(config.credentials.size());
    for (const CredentialConfig& credential : config.credentials) {
        keys.push_back(current_key(credential));
    }
    auto lines = std::make_shared<CredentialLines>();
    for (const ResourceConfig& resource : config.resources) {
        const auto family = resource.kind == ResourceKind::openai ? UpstreamFamily::openai
                                                                  : UpstreamFamily::azure;
        lines->push_back(resource.credential ? credential_line(family, keys[*resource.credential])
                                             : std::string{});
    }
    return lines;
}

bool may_change(const Config& config) noexcept {
    return std::any_of(config.credentials.begin(), config.credentials.end(),
                       [](const CredentialConfig& credential) {
                           return credential.secret.kind == SecretSource::Kind::file;
                       });
}

}  // namespace spillway
