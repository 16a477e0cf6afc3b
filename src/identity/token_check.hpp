// A caller's token to a caller: form, signature, claims, and whose it is. In this order, so that
// nothing a token says is believed before it is known who said it.
#pragma once

#include "identity/caller.hpp"
#include "identity/caller_directory.hpp"
#include "identity/caller_key.hpp"
#include "identity/token_cache.hpp"
#include "spillway/denial.hpp"
#include "spillway/time.hpp"

#include <memory>
#include <string_view>
#include <variant>

namespace spillway {

/// One worker's.
class TokenCheck {
public:
    /// Never waits: for a key that is not known the issuer is asked in the background, and until
    /// it has answered the token is refused.
    [[nodiscard]] std::variant<Identity, Denial> check(const std::shared_ptr<const CallerDirectory>&
                                                           directory,
                                                       std::string_view token, WallTime now,
                                                       Sha256& sha);

private:
    TokenCache cache_;
};

}  // namespace spillway
