// How a token is asked for, by kind of credential (azure-protocol.md §2.2-2.4). Pure: what proves
// who we are has been read already.
#pragma once

#include "identity/web_client.hpp"
#include "spillway/config/credential.hpp"

#include <string>

namespace spillway {

/// `https://authority/tenant/oauth2/v2.0/token`: where applications prove who they are.
[[nodiscard]] std::string token_url(const CredentialConfig& credential);

/// `proof`: the client secret, or the assertion that stands for it; not asked of managed
/// identities.
[[nodiscard]] WebCall token_request(const CredentialConfig& credential, const Secret& proof);

}  // namespace spillway
