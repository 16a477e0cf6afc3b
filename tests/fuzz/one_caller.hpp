// A table with one caller, who has a key and a certificate and whose tokens are those of an issuer
// without keys.
#pragma once

#include "identity/caller_directory.hpp"
#include "identity/caller_key.hpp"

#include <memory>
#include <string_view>

namespace spillway {

inline constexpr std::string_view only_key = "a-key-that-is-long-enough";

inline std::shared_ptr<const CallerDirectory> one_caller() {
    static CallerShares shares;
    static IssuerStates issuers;
    TokenIssuerConfig issuer;
    issuer.name = "acme";
    issuer.issuer = "i";
    issuer.jwks_uri = "https://i/keys";
    issuer.audiences = {"a"};
    CallerConfig caller;
    caller.name = "one";
    caller.keys = {hash_key(only_key)};
    caller.tokens = {TokenMatch{}};
    caller.certificates = {"CN=one"};
    Config table;
    table.token_issuers = {issuer};
    table.caller_key_header = "x-team-key";
    table.callers = {caller};
    return std::make_shared<const CallerDirectory>(table, shares, issuers);
}

}  // namespace spillway
