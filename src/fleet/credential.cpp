#include "fleet/credential.hpp"

#include "wire/caller_credentials.hpp"

namespace spillway {
namespace {

std::string bearer_line(std::string_view token) {
    return "Authorization: Bearer " + std::string(token) + "\r\n";
}

}  // namespace

std::string callers_line(const RequestHead& head) {
    return bearer_line(bearer_token(head.fields.get(FieldName::authorization)));
}

std::string credential_line(ResourceKind kind, CredentialConfig::Kind source, const Secret& key) {
    if (key.empty()) { return {}; }
    const bool azure_key = source == CredentialConfig::Kind::api_key &&
                           kind != ResourceKind::openai;
    return azure_key ? "api-key: " + key.reveal() + "\r\n" : bearer_line(key.reveal());
}

std::shared_ptr<const CredentialLines> sign_all(const Config& config,
                                                std::span<const Secret> keys) {
    auto lines = std::make_shared<CredentialLines>();
    for (const ResourceConfig& resource : config.resources) {
        lines->emplace_back();
        if (!resource.credential) { continue; }
        const CredentialConfig& credential = config.credentials[*resource.credential];
        lines->back() = credential_line(resource.kind, credential.source,
                                        keys[*resource.credential]);
    }
    return lines;
}

}  // namespace spillway
