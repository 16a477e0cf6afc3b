// What a resource answered when it was asked for its list of models, which costs nothing: once
// without a credential, where an API says 401 and a wrong URL something else, and once with it.
// Nothing of the answer is repeated: it may quote the key.
#pragma once

#include "spillway/config/credential.hpp"
#include "spillway/config/upstream.hpp"
#include "spillway/result.hpp"
#include "tools/diagnosis.hpp"

#include <string>

namespace spillway {

struct ProbeReply {
    int status = 0;
    std::string body;
};

[[nodiscard]] Diagnosis diagnose_anonymous(const ResourceConfig& resource,
                                           const Result<ProbeReply>& reply);

[[nodiscard]] Diagnosis diagnose_signed(const ResourceConfig& resource,
                                        const CredentialConfig& credential,
                                        const Result<ProbeReply>& reply);

/// Of a credential whose token has to be fetched first, or that is the caller's.
[[nodiscard]] Diagnosis not_probed(const ResourceConfig& resource,
                                   const CredentialConfig& credential);

}  // namespace spillway
