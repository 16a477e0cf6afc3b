// All callers of a table and what leads to them: ids of keys, subjects of certificates, claims of
// tokens. An immutable snapshot beside the fleet's; a request keeps the one it started with.
#pragma once

#include "identity/caller.hpp"
#include "identity/token_issuer.hpp"
#include "spillway/config.hpp"
#include "spillway/denial.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace spillway {

class CallerDirectory {
public:
    struct Key {
        const Caller* caller;
        KeyHash hash;
    };

    CallerDirectory(const Config& config, CallerShares& shares, IssuerStates& issuers);
    CallerDirectory(const CallerDirectory&) = delete;
    CallerDirectory& operator=(const CallerDirectory&) = delete;

    /// Puts this table's limits in force, for the requests of earlier snapshots too.
    void take_effect() const noexcept;

    /// False: nobody is asked who they are, everybody is anonymous.
    [[nodiscard]] bool asks() const noexcept { return asks_; }
    /// Who is served without credentials; null: nobody.
    [[nodiscard]] const Caller* anonymous() const noexcept { return anonymous_; }
    /// Further header that keys are taken from; empty: none.
    [[nodiscard]] const std::string& key_header() const noexcept { return key_header_; }

    /// In the table's order, the anonymous one at its place or at the end.
    [[nodiscard]] const std::vector<Caller>& all() const noexcept { return callers_; }
    [[nodiscard]] const Caller* find(std::string_view name) const noexcept;

    /// Null when no key has this id.
    [[nodiscard]] const Key* key(std::string_view id) const noexcept;
    /// Null when the subject is nobody's.
    [[nodiscard]] const Caller* certificate(std::string_view subject) const noexcept;

    /// Whose tokens are believed, in the table's order.
    [[nodiscard]] const std::vector<TokenIssuer>& issuers() const noexcept { return issuers_; }
    /// By a token's `iss`; null when nobody's tokens say so.
    [[nodiscard]] const TokenIssuer* issuer(std::string_view iss) const noexcept;
    /// Whose token it is: of several callers that it fits the first of the table. `issuer` is one
    /// of ours.
    [[nodiscard]] std::variant<const Caller*, Denial> caller_of(const TokenIssuer& issuer,
                                                                const TokenClaims& claims) const;

private:
    /// Whose a token is that says this.
    struct TokenRule {
        const Caller* caller;
        const TokenIssuer* issuer;
        TokenMatch match;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    template <class Value>
    using ByText = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

    void add_proofs();

    std::vector<Caller> callers_;
    std::vector<TokenIssuer> issuers_;
    std::vector<TokenRule> token_rules_;
    ByText<Key> keys_;
    ByText<const Caller*> certificates_;
    std::string key_header_;
    const Caller* anonymous_ = nullptr;
    bool asks_;
};

}  // namespace spillway
