#include "app/issuer_checks.hpp"

#include "app/ask_once.hpp"
#include "identity/key_set.hpp"
#include "identity/key_set_keeper.hpp"

#include <chrono>
#include <string>

namespace spillway {

namespace {

constexpr std::chrono::seconds patience{5};
constexpr int ok = 200;

Diagnosis check_issuer(const TokenIssuerConfig& issuer) {
    const std::string url = keys_url(issuer);
    WebCall call = keys_request(issuer);
    call.time = patience;
    const auto found = [&issuer](Condition condition, std::string seen, std::string remedy = {}) {
        return Diagnosis{"token_issuer", issuer.name, condition, std::move(seen),
                         std::move(remedy)};
    };
    const Result<WebReply> reply = ask_once(call);
    if (!reply) {
        return found(
            Condition::fail, "no answer from " + url + " (" + describe(reply.error()) + ")",
            "open the way there, or set HTTPS_PROXY; its certificate has to be vouched for "
            "by the system's authorities or `ca_file`");
    }
    if (reply->status != ok) {
        return found(Condition::fail, url + " answers " + std::to_string(reply->status),
                     issuer.tenant.empty() ? "correct `jwks_uri`"
                                           : "correct `tenant` or `authority`");
    }
    const auto keys = KeySet::parse(reply->body);
    if (!keys) {
        return found(
            Condition::fail, url + " has no key that a token could be verified with",
            "it has to be a JSON Web Key Set with RSA keys of 2048 bits or more, or P-256");
    }
    const std::size_t count = keys->size();
    return found(Condition::ok, url + " has " + std::to_string(count) +
                                    (count == 1 ? " key" : " keys") + " to verify tokens with");
}

}  // namespace

std::vector<Diagnosis> check_issuers(const Config& config) {
    std::vector<Diagnosis> all;
    for (const TokenIssuerConfig& issuer : config.token_issuers) {
        all.push_back(check_issuer(issuer));
    }
    return all;
}

}  // namespace spillway
