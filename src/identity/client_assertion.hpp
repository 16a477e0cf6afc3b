// A signed statement that stands for a client secret (RFC 7523 §2.2, as Entra wants it): proves
// that we have a certificate's key without sending it.
#pragma once

#include "spillway/config/secret.hpp"
#include "spillway/time.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace spillway {

/// Why we cannot prove who we are, for the log; quotes nothing.
struct NoProof {
    std::string why;
};

struct AssertionClaims {
    std::string audience;  ///< the token endpoint's URL
    std::string client_id;
    std::string id;  ///< used once
};

/// `pem` holds an X.509 certificate and its RSA key, in any order. PS256 with the certificate's
/// SHA-256 as `x5t#S256`.
[[nodiscard]] boost::system::result<Secret, NoProof> client_assertion(std::string_view pem,
                                                                      const AssertionClaims& claims,
                                                                      WallTime now);

}  // namespace spillway
