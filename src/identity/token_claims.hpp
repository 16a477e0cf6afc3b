// What a token says, read strictly and believed by nobody yet: header and claims of a JWT (RFC
// 7515, RFC 7519) in the forms that Entra writes them in (azure-protocol.md §2.6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// The ones that are taken; `none` and the symmetric ones are not among them (RFC 8725 §3.1).
enum class TokenAlgorithm : std::uint8_t { rs256, ps256, es256 };

struct TokenHeader {
    TokenAlgorithm algorithm{};
    std::string key_id;
};

/// Visible ASCII.
inline constexpr std::size_t key_id_bytes_max = 128;

/// Nothing when it is no header of ours: another algorithm, no `kid`, an extension that would have
/// to be understood (`crit`), encrypted content. Keys that a token brings along (`jku`, `x5u`,
/// `jwk`, `x5c`) are not looked at.
[[nodiscard]] std::optional<TokenHeader> read_token_header(std::string_view base64url);

/// Texts and lists are empty where there is no such claim.
struct TokenClaims {
    std::string issuer;
    std::vector<std::string> audiences;
    std::string tenant;
    std::string app;      ///< `azp`, or `appid` of v1
    std::string object;   ///< `oid`
    std::string subject;  ///< `sub`
    std::vector<std::string> roles;
    std::vector<std::string> groups;
    bool groups_overage = false;  ///< too many groups to name them
    std::int64_t expires = 0;     ///< Unix time; `exp` has to be there
    std::optional<std::int64_t> not_before;
    std::optional<std::int64_t> issued_at;

    /// Who it is about: `oid`, else `sub`.
    [[nodiscard]] const std::string& who() const noexcept {
        return object.empty() ? subject : object;
    }
};

/// Nothing when a claim that is looked at has another type, size or range than it may have.
[[nodiscard]] std::optional<TokenClaims> read_token_claims(std::string_view base64url);

}  // namespace spillway
