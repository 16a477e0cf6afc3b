#include "identity/token_request.hpp"

#include "config/endpoint.hpp"
#include "wire/octets.hpp"

#include <string_view>
#include <utility>

namespace spillway {
namespace {

using Kind = CredentialConfig::Kind;

constexpr std::string_view
    assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        if (octets::is(octets::unreserved, c)) {
            result += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result += {'%', digits[byte >> 4U], digits[byte & 0xFU]};
    }
    return result;
}

std::string pair(std::string_view name, std::string_view value) {
    return std::string(name) + "=" + escaped(value);
}

/// IMDS and App Service want the resource instead of a scope.
std::string resource_of(std::string_view scope) {
    return std::string(scope.substr(0, scope.rfind("/.default")));
}

/// The loader has read it before.
Endpoint endpoint_of(const std::string& url) {
    const auto parsed = parse_any_url(url);
    return parsed ? *parsed : Endpoint{};
}

WebCall metadata_request(const CredentialConfig& credential) {
    const bool imds = credential.metadata_key.empty();
    WebCall call;
    call.to = endpoint_of(credential.metadata);
    call.target = call.to.path + (imds ? "?api-version=2018-02-01" : "?api-version=2019-08-01");
    call.target += "&" + pair("resource", resource_of(credential.scope));
    if (!credential.client_id.empty()) {
        call.target += "&" + pair("client_id", credential.client_id);
    }
    call.fields = imds ? Secret("Metadata: true\r\n")
                       : Secret("X-IDENTITY-HEADER: " + credential.metadata_key.reveal() + "\r\n");
    return call;
}

}  // namespace

std::string token_url(const CredentialConfig& credential) {
    return credential.authority + "/" + credential.tenant + "/oauth2/v2.0/token";
}

WebCall token_request(const CredentialConfig& credential, const Secret& proof) {
    if (credential.source == Kind::managed_identity) { return metadata_request(credential); }
    WebCall call;
    call.to = endpoint_of(token_url(credential));
    call.target = call.to.path;
    call.proxy = credential.proxy;
    std::string form = "grant_type=client_credentials&" + pair("client_id", credential.client_id) +
                       "&" + pair("scope", credential.scope) + "&";
    if (credential.source == Kind::client_secret) {
        form += pair("client_secret", proof.reveal());
    } else {
        form += pair("client_assertion_type", assertion_type) + "&" +
                pair("client_assertion", proof.reveal());
    }
    call.form = Secret(std::move(form));
    return call;
}

}  // namespace spillway
