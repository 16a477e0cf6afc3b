// What proves who we are at a token endpoint, read and made afresh for each exchange: Kubernetes
// rotates its tokens, operators replace secrets and certificates.
#pragma once

#include "identity/client_assertion.hpp"
#include "spillway/config/credential.hpp"
#include "spillway/time.hpp"

#include <boost/system/result.hpp>

namespace spillway {

/// Empty for managed identities. The error names the file.
[[nodiscard]] boost::system::result<Secret, NoProof> read_proof(const CredentialConfig& credential,
                                                                WallTime now);

}  // namespace spillway
