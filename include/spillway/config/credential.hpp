// How requests to a resource are signed.
#pragma once

#include "spillway/config/egress.hpp"
#include "spillway/config/secret.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace spillway {

struct CredentialConfig {
    enum class Kind : std::uint8_t {
        api_key,             ///< `api-key` to Azure, a Bearer token to others
        bearer,              ///< `Authorization: Bearer`, whatever the kind of resource
        managed_identity,    ///< a token from the machine: IMDS, App Service, Container Apps
        workload_identity,   ///< a Kubernetes token exchanged at Entra
        client_secret,       ///< a service principal with a secret
        client_certificate,  ///< a service principal with a certificate
        azure_default,       ///< the first of these that the surroundings offer
        passthrough,         ///< the caller's own token
    };
    std::string name;
    Kind kind = Kind::api_key;
    Kind source = Kind::api_key;  ///< as `kind`; of azure_default, what it turned out to be
    SecretSource secret;          ///< of api_key, bearer, client_secret

    // Of the kinds that fetch tokens. What the table leaves out comes from AZURE_TENANT_ID and its
    // like; the loader has put it here.
    std::string tenant;
    std::string client_id;  ///< of managed_identity: the user-assigned identity; empty: the only
                            ///< one
    std::string authority = "https://login.microsoftonline.com";
    std::string scope = "https://cognitiveservices.azure.com/.default";  ///< azure-protocol.md §2.1
    std::string token_file;            ///< of workload_identity; read again at each exchange
    std::string certificate;           ///< of client_certificate: PEM file with certificate and key
    std::string metadata;              ///< of managed_identity: URL of the machine's token service
    Secret metadata_key;               ///< App Service's IDENTITY_HEADER; empty: IMDS
    std::optional<EgressProxy> proxy;  ///< between us and `authority`
};

/// True for what is sent as it is: no token has to be fetched.
[[nodiscard]] constexpr bool is_key(CredentialConfig::Kind source) noexcept {
    return source == CredentialConfig::Kind::api_key || source == CredentialConfig::Kind::bearer;
}

}  // namespace spillway
