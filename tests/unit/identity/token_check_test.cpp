// Tokens of callers: the right ones, whose they are, and what is remembered of them.
#include "unit/identity/tokens.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace spillway {
namespace {

using std::chrono::seconds;

TEST_F(CallersTokens, AreTakenInEveryFormThatEntraHas) {
    EXPECT_EQ(who(rs256(claims())), "agents object-1");
    EXPECT_EQ(who(rs256(claims({{"iss", quoted(v1)}, {"azp", ""}, {"appid", quoted("app-1")}}))),
              "agents object-1");
    EXPECT_EQ(who(rs256(claims({{"aud", R"(["other","api://spillway"])"}}))), "agents object-1");
    EXPECT_EQ(who(rs256(claims({{"oid", ""}}))), "agents subject-1");
    EXPECT_EQ(who(rs256(claims({{"nbf", ""}, {"iat", ""}}))), "agents object-1");
    EXPECT_EQ(who(rs256(claims(), R"({"alg":"RS256","kid":"r1","typ":"at+jwt","x5t":"r1"})")),
              "agents object-1");
    EXPECT_EQ(who(smith::token(rsa(), "PS256", R"({"alg":"PS256","kid":"r1"})", claims())),
              "agents object-1");
    EXPECT_EQ(who(smith::token(ec(), "ES256", ec_header, claims())), "agents object-1");
}

TEST_F(CallersTokens, EndByTheSecondWithTheLeewayOfTheTable) {
    const std::string token = rs256(claims({{"exp", std::to_string(now_seconds)}}));
    EXPECT_EQ(who(token, now + seconds(59)), "agents object-1");
    EXPECT_EQ(who(token, now + seconds(60)), "token_expired") << "and it is not remembered longer";
    EXPECT_EQ(who(rs256(claims({{"nbf", std::to_string(now_seconds + 60)}}))), "agents object-1");
}

TEST_F(CallersTokens, AreTheirsWhoseListsTheyFit) {
    TokenMatch by_app;
    by_app.apps = {"app-2"};
    by_app.subjects = {"object-1", "subject-9"};
    TokenMatch by_group;
    by_group.groups = {"g-2"};
    CallerConfig batch;
    batch.name = "batch";
    batch.tokens = {by_app, by_group};
    config_.callers.push_back(batch);
    make();

    EXPECT_EQ(who(rs256(claims({{"azp", quoted("app-2")}}))), "agents object-1")
        << "the first of the table that fits";
    const Claims two{{"azp", quoted("app-2")}, {"roles", ""}};
    EXPECT_EQ(who(rs256(claims(two))), "batch object-1");
    EXPECT_EQ(who(rs256(claims({{"azp", quoted("app-2")}, {"roles", ""}, {"oid", quoted("x")}}))),
              "token_invalid");
    EXPECT_EQ(who(rs256(claims({{"roles", ""}, {"groups", R"(["g-1","g-2"])"}}))),
              "batch object-1");
    EXPECT_EQ(who(rs256(claims({{"roles", ""}, {"groups", R"(["g-1"])"}}))), "token_invalid");
}

TEST_F(CallersTokens, WithTooManyGroupsAreNotTakenForTokensWithout) {
    const Claims overage{{"roles", ""}, {"_claim_names", R"({"groups":"src1"})"}};
    EXPECT_EQ(who(rs256(claims(overage))), "token_invalid") << "no caller asks for groups";
    config_.callers[0].tokens[0].roles.clear();
    config_.callers[0].tokens[0].groups = {"g-1"};
    make();

    EXPECT_EQ(who(rs256(claims(overage))), "groups_overage");
    EXPECT_EQ(who(rs256(claims({{"hasgroups", "true"}}))), "groups_overage");
    EXPECT_EQ(who(rs256(claims())), "token_invalid");
}

TEST_F(CallersTokens, OfOtherIssuersHaveTheirExactNameAndNoTenant) {
    TokenIssuerConfig other;
    other.name = "other";
    other.issuer = "https://id.example";
    other.jwks_uri = "https://id.example/keys";
    other.audiences = {"spillway"};
    config_.token_issuers = {other};
    make();
    publish({smith::jwk(rsa(), "r1")});

    const Claims theirs{
        {"iss", quoted("https://id.example")}, {"aud", quoted("spillway")}, {"tid", ""}};
    EXPECT_EQ(who(rs256(claims(theirs))), "agents object-1");
    EXPECT_EQ(who(rs256(claims())), "token_invalid");
}

TEST_F(CallersTokens, WaitForNobody) {
    TokenIssuerConfig never_asked = config_.token_issuers[0];
    never_asked.tenant = other_tenant;
    config_.token_issuers = {never_asked};
    make();
    const std::string iss = "https://sts.windows.net/" + other_tenant + "/";
    EXPECT_EQ(who(rs256(claims({{"iss", quoted(iss)}, {"tid", quoted(other_tenant)}}))),
              "issuer_unavailable");
}

TEST_F(CallersTokens, WithAnUnknownKeyMakeItsIssuerBeAsked) {
    EXPECT_EQ(who(rs256(claims(), R"({"alg":"RS256","kid":"r2"})")), "token_invalid");
    EXPECT_TRUE(state().take_unknown_key());
    EXPECT_EQ(who(rs256(claims())), "agents object-1");
    EXPECT_FALSE(state().take_unknown_key());
}

TEST_F(CallersTokens, AreForgottenWithTheKeyThatSignedThem) {
    const std::string token = rs256(claims());
    EXPECT_EQ(who(token), "agents object-1");
    publish({smith::jwk(ec(), "e1")});
    EXPECT_EQ(who(token), "token_invalid");
    publish({smith::jwk(rsa(), "r1")});
    EXPECT_EQ(who(token), "agents object-1");
}

TEST_F(CallersTokens, AreForgottenWithTheTable) {
    const std::string token = rs256(claims());
    EXPECT_EQ(who(token), "agents object-1");
    config_.callers[0].name = "renamed";
    make();
    EXPECT_EQ(who(token), "renamed object-1");
}

TEST_F(CallersTokens, ThatWereRightOnceAreNotVerifiedForEver) {
    const std::string token = rs256(claims());
    EXPECT_EQ(who(token), "agents object-1");
    EXPECT_EQ(who(token, now + seconds(3661)), "token_expired");
}

}  // namespace
}  // namespace spillway
