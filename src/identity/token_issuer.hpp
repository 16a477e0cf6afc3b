// Whose tokens are believed, and what such a token has to say beside being signed: who issued it,
// for whom, in which tenant, until when (RFC 8725 §3.8-3.9, azure-protocol.md §2.6).
#pragma once

#include "identity/issuer_state.hpp"
#include "identity/token_claims.hpp"
#include "spillway/config/caller.hpp"
#include "spillway/denial.hpp"
#include "spillway/time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway {

/// Where an issuer publishes its keys.
[[nodiscard]] std::string keys_url(const TokenIssuerConfig& issuer);

/// Part of an immutable directory; its state is shared with other tables.
class TokenIssuer {
public:
    TokenIssuer(TokenIssuerConfig config, std::shared_ptr<IssuerState> state);

    [[nodiscard]] const TokenIssuerConfig& config() const noexcept { return config_; }
    [[nodiscard]] IssuerState& state() const noexcept { return *state_; }
    [[nodiscard]] const std::shared_ptr<IssuerState>& shared_state() const noexcept {
        return state_;
    }

    /// `iss`, compared byte for byte. Entra writes it in two ways, by the version of the token.
    [[nodiscard]] bool is(std::string_view issuer) const noexcept;
    /// What is wrong with the claims of a token that it has signed; none: nothing.
    [[nodiscard]] std::optional<Denial> judge(const TokenClaims& claims, WallTime now) const;

private:
    TokenIssuerConfig config_;
    std::shared_ptr<IssuerState> state_;
    std::vector<std::string> names_;
};

}  // namespace spillway
