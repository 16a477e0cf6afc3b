// How requests to a resource are signed.
#pragma once

#include "spillway/config/secret.hpp"

#include <cstdint>
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
    SecretSource secret;  ///< of api_key, bearer, client_secret

    // Of the kinds that fetch tokens from Entra; empty: from AZURE_TENANT_ID and its like.
    std::string tenant;
    std::string client_id;  ///< of managed_identity: the user-assigned identity
    std::string authority = "https://login.microsoftonline.com";
    /// azure-protocol.md §2.1. For managed identities without `/.default`.
    std::string scope = "https://cognitiveservices.azure.com/.default";
    std::string token_file;   ///< of workload_identity; read again at each exchange
    std::string certificate;  ///< of client_certificate: PEM file with certificate and key
};

}  // namespace spillway
