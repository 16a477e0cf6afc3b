// A table with an issuer of tokens and a caller of theirs, and tokens that fit it. Time is in the
// test's hand.
#pragma once

#include "identity/token_check.hpp"
#include "support/token_smith.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

namespace spillway {

inline constexpr std::int64_t now_seconds = 1'790'000'000;
inline const WallTime now{std::chrono::seconds(now_seconds)};
inline const std::string tenant = "11111111-2222-3333-4444-555555555555";
inline const std::string other_tenant = "99999999-2222-3333-4444-555555555555";
inline const std::string v1 = "https://sts.windows.net/" + tenant + "/";
inline const std::string v2 = "https://login.microsoftonline.com/" + tenant + "/v2.0";
inline const std::string rsa_header = R"({"alg":"RS256","typ":"JWT","kid":"r1"})";
inline const std::string ec_header = R"({"alg":"ES256","kid":"e1"})";

inline const smith::PrivateKey& rsa() {
    static const smith::PrivateKey key = smith::new_rsa(2048);
    return key;
}
inline const smith::PrivateKey& foreign() {
    static const smith::PrivateKey key = smith::new_rsa(2048);
    return key;
}
inline const smith::PrivateKey& ec() {
    static const smith::PrivateKey key = smith::new_ec("P-256");
    return key;
}

using Claims = std::map<std::string, std::string>;  // name to JSON

/// What a token of version 2 says, with changes; an empty text takes a claim away.
inline std::string claims(const Claims& changes = {}) {
    Claims all{{"iss", "\"" + v2 + "\""},
               {"aud", "\"api://spillway\""},
               {"tid", "\"" + tenant + "\""},
               {"azp", "\"app-1\""},
               {"oid", "\"object-1\""},
               {"sub", "\"subject-1\""},
               {"roles", R"(["agents"])"},
               {"iat", std::to_string(now_seconds - 10)},
               {"nbf", std::to_string(now_seconds - 10)},
               {"exp", std::to_string(now_seconds + 3600)}};
    for (const auto& [name, json] : changes) { all[name] = json; }
    std::string text = "{";
    for (const auto& [name, json] : all) {
        if (json.empty()) { continue; }
        text += (text.size() > 1 ? ",\"" : "\"") + name + "\":" + json;
    }
    return text + "}";
}

inline std::string rs256(const std::string& body, const std::string& header = rsa_header) {
    return smith::token(rsa(), "RS256", header, body);
}

inline std::string quoted(const std::string& text) { return "\"" + text + "\""; }

class CallersTokens : public ::testing::Test {
protected:
    CallersTokens() {
        TokenIssuerConfig acme;
        acme.name = "acme";
        acme.tenant = tenant;
        acme.audiences = {"api://spillway", "66666666-7777-8888-9999-000000000000"};
        config_.token_issuers = {acme};
        TokenMatch match;
        match.roles = {"agents", "batch"};
        CallerConfig agents;
        agents.name = "agents";
        agents.tokens = {match};
        config_.callers = {agents};
        make();
        publish({smith::jwk(rsa(), "r1"), smith::jwk(ec(), "e1")});
    }

    void make() {
        directory_ = std::make_shared<const CallerDirectory>(config_, shares_, issuers_);
    }
    void publish(const std::vector<std::string>& keys) {
        auto set = KeySet::parse(smith::key_set(keys));
        ASSERT_TRUE(set);
        state().publish(std::make_shared<const KeySet>(std::move(*set)));
    }
    IssuerState& state() { return directory_->issuers().front().state(); }

    /// "agents object-1", or the word of the denial.
    std::string who(const std::string& token, WallTime at = now) {
        const auto answer = check_.check(directory_, token, at, sha_);
        if (const auto* denial = std::get_if<Denial>(&answer)) {
            return std::string(name(*denial));
        }
        const auto& identity = std::get<Identity>(answer);
        EXPECT_EQ(identity.proof, Proof::token);
        return identity.caller->name() + " " + identity.subject;
    }

    Config config_;
    CallerShares shares_;
    IssuerStates issuers_;
    std::shared_ptr<const CallerDirectory> directory_;
    Sha256 sha_;
    TokenCheck check_;
};

}  // namespace spillway
