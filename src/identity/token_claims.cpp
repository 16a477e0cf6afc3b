#include "identity/token_claims.hpp"

#include "base/base64url.hpp"
#include "identity/strict_json.hpp"
#include "wire/head.hpp"
#include "wire/octets.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace spillway {
namespace {

using Json = nlohmann::json;

constexpr std::size_t text_bytes_max = 512;
constexpr std::size_t list_size_max = 256;             // Entra names at most 200 groups
constexpr std::int64_t seconds_max = 253'402'300'799;  // the end of the year 9999

std::optional<Json> object_in(std::string_view base64url) {
    const auto text = decode_base64url(base64url);
    if (!text) { return std::nullopt; }
    auto value = parse_strict_json(*text);
    return value && value->is_object() ? std::move(value) : std::nullopt;
}

std::optional<TokenAlgorithm> algorithm_of(const Json& name) {
    if (name == "RS256") { return TokenAlgorithm::rs256; }
    if (name == "PS256") { return TokenAlgorithm::ps256; }
    if (name == "ES256") { return TokenAlgorithm::es256; }
    return std::nullopt;
}

/// RFC 9068 says `at+jwt`; media types know no case (RFC 7515 §4.1.9).
bool is_type_of_token(const Json& header) {
    const auto type = header.find("typ");
    if (type == header.end()) { return true; }
    if (!type->is_string()) { return false; }
    const auto& text = type->get_ref<const std::string&>();
    constexpr std::array<std::string_view, 3> known{"JWT", "at+jwt", "application/at+jwt"};
    return std::ranges::any_of(known, [&text](std::string_view one) {
        return equal_ignoring_case(text, one);
    });
}

/// Reads claims of a given type; one that has another type makes the whole unusable.
class ClaimReader {
public:
    explicit ClaimReader(const Json& claims) : claims_(claims) {}

    [[nodiscard]] bool fine() const noexcept { return fine_; }

    std::string text(const char* name) {
        const Json* const claim = find(name);
        return claim == nullptr ? std::string() : item(*claim);
    }
    std::vector<std::string> list(const char* name) {
        std::vector<std::string> items;
        const Json* const claim = find(name);
        if (claim == nullptr) { return items; }
        fine_ = fine_ && claim->is_array() && claim->size() <= list_size_max;
        if (!fine_) { return items; }
        for (const Json& each : *claim) { items.push_back(item(each)); }
        return items;
    }
    /// One or several.
    std::vector<std::string> text_or_list(const char* name) {
        const Json* const claim = find(name);
        const bool one = claim != nullptr && claim->is_string();
        return one ? std::vector<std::string>{item(*claim)} : list(name);
    }
    /// Whole seconds: nobody writes others, and a reader that rounds can be told two things.
    std::optional<std::int64_t> time(const char* name) {
        const Json* const claim = find(name);
        if (claim == nullptr) { return std::nullopt; }
        fine_ = fine_ && claim->is_number_unsigned() &&
                claim->get<std::uint64_t>() <= std::uint64_t{seconds_max};
        return fine_ ? std::optional(claim->get<std::int64_t>()) : std::nullopt;
    }
    bool overage() {
        const Json* const sources = find("_claim_names");
        const Json* const has = find("hasgroups");
        const bool elsewhere = sources != nullptr && sources->is_object() &&
                               sources->contains("groups");
        return elsewhere || (has != nullptr && (*has == true || *has == "true"));
    }

private:
    const Json* find(const char* name) const {
        const auto found = claims_.find(name);
        return found == claims_.end() ? nullptr : &*found;
    }
    std::string item(const Json& value) {
        const auto* const text = value.get_ptr<const std::string*>();
        fine_ = fine_ && text != nullptr && !text->empty() && text->size() <= text_bytes_max &&
                octets::all(octets::Class::value, *text);
        return fine_ ? *text : std::string();
    }

    const Json& claims_;
    bool fine_ = true;
};

}  // namespace

std::optional<TokenHeader> read_token_header(std::string_view base64url) {
    const auto header = object_in(base64url);
    if (!header || !header->contains("alg") || !header->contains("kid")) { return std::nullopt; }
    const auto algorithm = algorithm_of((*header)["alg"]);
    const auto* const key_id = (*header)["kid"].get_ptr<const std::string*>();
    const bool extended = header->contains("crit") || header->contains("enc") ||
                          header->contains("zip") || header->contains("cty");
    const bool usable = key_id != nullptr && !key_id->empty() &&
                        key_id->size() <= key_id_bytes_max &&
                        octets::all(octets::Class::visible, *key_id);
    if (!algorithm || !usable || extended || !is_type_of_token(*header)) { return std::nullopt; }
    return TokenHeader{*algorithm, *key_id};
}

std::optional<TokenClaims> read_token_claims(std::string_view base64url) {
    const auto object = object_in(base64url);
    if (!object) { return std::nullopt; }
    ClaimReader read(*object);
    TokenClaims claims;
    claims.issuer = read.text("iss");
    claims.audiences = read.text_or_list("aud");
    claims.tenant = read.text("tid");
    claims.app = read.text("azp");
    const std::string app_v1 = read.text("appid");
    if (claims.app.empty()) { claims.app = app_v1; }
    claims.object = read.text("oid");
    claims.subject = read.text("sub");
    claims.roles = read.list("roles");
    claims.groups = read.list("groups");
    claims.groups_overage = read.overage();
    claims.not_before = read.time("nbf");
    claims.issued_at = read.time("iat");
    const auto expires = read.time("exp");
    const bool two_apps = !app_v1.empty() && app_v1 != claims.app;
    if (!read.fine() || !expires || two_apps) { return std::nullopt; }
    claims.expires = *expires;
    return claims;
}

}  // namespace spillway
