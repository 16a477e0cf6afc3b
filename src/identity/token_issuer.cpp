#include "identity/token_issuer.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace spillway {
namespace {

/// Of tokens of version 1, which are issued by another host than the one that signs in.
std::string_view v1_host(std::string_view authority) noexcept {
    constexpr std::array<std::string_view, 2> china{"https://login.partner.microsoftonline.cn",
                                                    "https://login.chinacloudapi.cn"};
    return std::ranges::find(china, authority) != china.end() ? "https://sts.chinacloudapi.cn"
                                                              : "https://sts.windows.net";
}

std::vector<std::string> names_of(const TokenIssuerConfig& issuer) {
    if (issuer.tenant.empty()) { return {issuer.issuer}; }
    return {issuer.authority + "/" + issuer.tenant + "/v2.0",
            std::string(v1_host(issuer.authority)) + "/" + issuer.tenant + "/"};
}

}  // namespace

std::string keys_url(const TokenIssuerConfig& issuer) {
    return issuer.tenant.empty() ? issuer.jwks_uri
                                 : issuer.authority + "/" + issuer.tenant + "/discovery/v2.0/keys";
}

TokenIssuer::TokenIssuer(TokenIssuerConfig config, std::shared_ptr<IssuerState> state)
    : config_(std::move(config)), state_(std::move(state)), names_(names_of(config_)) {}

bool TokenIssuer::is(std::string_view issuer) const noexcept {
    return std::ranges::find(names_, issuer) != names_.end();
}

std::optional<Denial> TokenIssuer::judge(const TokenClaims& claims, WallTime now) const {
    using std::chrono::seconds;
    const auto at = [](std::int64_t unix_time) { return WallTime(seconds(unix_time)); };
    const bool ours = std::ranges::any_of(claims.audiences, [this](const std::string& audience) {
        return std::ranges::find(config_.audiences, audience) != config_.audiences.end();
    });
    const bool of_tenant = config_.tenant.empty() || claims.tenant == config_.tenant;
    const bool too_early = claims.not_before.has_value() &&
                           at(*claims.not_before) > now + config_.leeway;
    const bool from_tomorrow = claims.issued_at.has_value() &&
                               at(*claims.issued_at) > now + config_.leeway;
    if (!ours || !of_tenant || too_early || from_tomorrow || claims.who().empty()) {
        return Denial::token_invalid;
    }
    if (at(claims.expires) + config_.leeway <= now) { return Denial::token_expired; }
    return std::nullopt;
}

}  // namespace spillway
