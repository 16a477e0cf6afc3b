#include "identity/token_check.hpp"

#include "base/base64url.hpp"
#include "identity/token_text.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace spillway {
namespace {

/// What was verified, by whom.
struct Verified {
    TokenClaims claims;
    const TokenIssuer* issuer;
    std::uint64_t version;  // of the issuer's keys
};
using Verification = std::variant<Verified, Denial>;

/// The claims are read before the signature is verified, but only to find whose keys to verify
/// with.
Verification verify(const CallerDirectory& directory, std::string_view token) {
    const auto parts = split_token(token);
    if (!parts) { return Denial::token_invalid; }
    const auto header = read_token_header(parts->header);
    auto claims = read_token_claims(parts->claims);
    const auto signature = decode_base64url(parts->signature);
    if (!header || !claims || !signature || signature->empty()) { return Denial::token_invalid; }
    const TokenIssuer* const issuer = directory.issuer(claims->issuer);
    if (issuer == nullptr) { return Denial::token_invalid; }
    const std::uint64_t version = issuer->state().version();
    const std::shared_ptr<const KeySet> keys = issuer->state().keys();
    if (!keys) { return Denial::issuer_unavailable; }
    if (!keys->has(header->key_id)) {
        issuer->state().note_unknown_key();
        return Denial::token_invalid;
    }
    if (!keys->verifies(*header, parts->signed_part, *signature)) { return Denial::token_invalid; }
    return Verified{std::move(*claims), issuer, version};
}

}  // namespace

std::variant<Identity, Denial> TokenCheck::check(const std::shared_ptr<const CallerDirectory>&
                                                     directory,
                                                 std::string_view token, WallTime now,
                                                 Sha256& sha) {
    if (token.size() > token_bytes_max) { return Denial::token_invalid; }
    cache_.use(directory);
    const Digest digest = sha.of(token);
    const TokenCache::Entry* const known = cache_.find(digest, now);
    if (known != nullptr && known->issuer->state().version() == known->version) {
        return Identity{known->caller, Proof::token, known->subject};
    }
    Verification verification = verify(*directory, token);
    if (const auto* const denial = std::get_if<Denial>(&verification)) { return *denial; }
    const auto& verified = std::get<Verified>(verification);
    const TokenClaims& claims = verified.claims;
    if (const auto denial = verified.issuer->judge(claims, now)) { return *denial; }
    const auto caller = directory->caller_of(*verified.issuer, claims);
    if (std::holds_alternative<Denial>(caller)) { return std::get<Denial>(caller); }
    const WallTime expires = WallTime(std::chrono::seconds(claims.expires)) +
                             verified.issuer->config().leeway;
    Identity identity{std::get<const Caller*>(caller), Proof::token, claims.who()};
    cache_.keep(digest, {identity.caller, identity.subject, verified.issuer, verified.version,
                         std::min<WallTime>(expires, now + TokenCache::lifetime_max)});
    return identity;
}

}  // namespace spillway
