// Answers of token endpoints in every dialect that azure-protocol.md §2.2-2.5 knows.
#include "identity/token_reply.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const WallTime now = WallTime(seconds(1'800'000'000));  // 2027-01-15T08:00:00Z

struct Case {
    const char* name;
    const char* body;
    Duration lifetime;
};
class Tokens : public testing::TestWithParam<Case> {};

TEST_P(Tokens, AreTakenFromEveryDialect) {
    const auto reply = read_token_reply(200, GetParam().body, now);
    ASSERT_TRUE(std::holds_alternative<Token>(reply));
    EXPECT_EQ(std::get<Token>(reply).value.reveal(), "eyJ.e30.x");
    EXPECT_EQ(std::get<Token>(reply).lifetime, GetParam().lifetime);
}

INSTANTIATE_TEST_SUITE_P(
    All, Tokens,
    testing::Values(
        Case{"EntraNumbers",
             R"({"token_type":"Bearer","expires_in":3599,"access_token":"eyJ.e30.x"})",
             seconds(3599)},
        Case{"ImdsStrings",
             R"({"access_token":"eyJ.e30.x","expires_in":"3599","expires_on":"1800003000"})",
             seconds(3000)},
        Case{"AppServiceOnlyExpiresOn",
             R"({"access_token":"eyJ.e30.x","expires_on":"1800003600","token_type":"Bearer"})",
             hours(1)},
        Case{"ExpiresOnAsNumber", R"({"access_token":"eyJ.e30.x","expires_on":1800000060})",
             minutes(1)},
        Case{"ExpiresOnAsRfc3339",
             R"({"access_token":"eyJ.e30.x","expires_on":"2027-01-15T09:00:00Z"})", hours(1)},
        Case{"ExpiresOnAsRfc1123",
             R"({"access_token":"eyJ.e30.x","expires_on":"Fri, 15 Jan 2027 10:00:00 GMT"})",
             hours(2)},
        Case{"AClockAheadOfOurs",
             R"({"access_token":"eyJ.e30.x","expires_in":"60","expires_on":"1700000000"})",
             minutes(1)},
        Case{"AFraction", R"({"access_token":"eyJ.e30.x","expires_in":3599.5})", seconds(3599)},
        Case{"AbsurdlyLong", R"({"access_token":"eyJ.e30.x","expires_in":99999999999})",
             token_lifetime_max}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(TokenReply, SaysWhenTheServerWantsToBeAskedAgain) {
    const auto reply = read_token_reply(
        200, R"({"access_token":"eyJ","expires_in":86400,"refresh_in":"43200"})", now);
    ASSERT_TRUE(std::holds_alternative<Token>(reply));
    EXPECT_EQ(std::get<Token>(reply).refresh_in, hours(12));
}

TEST(TokenReply, RefusesWhatCouldNotBeUsed) {
    for (const std::string& body :
         {std::string(), std::string("no json"), std::string("[]"),
          std::string(R"({"expires_in":3599})"),
          std::string(R"({"access_token":"","expires_in":3599})"),
          std::string(R"({"access_token":"eyJ"})"),
          std::string(R"({"access_token":"eyJ","expires_in":0})"),
          std::string(R"({"access_token":"eyJ","expires_in":"-5"})"),
          std::string(R"({"access_token":"eyJ","expires_on":"1799999999"})"),
          std::string(R"({"access_token":"two\r\nlines","expires_in":3599})"),
          std::string(R"({"access_token":"a blank","expires_in":3599})"),
          R"({"expires_in":3599,"access_token":")" + std::string(token_bytes_max + 1, 'x') +
              "\"}"}) {
        const auto reply = read_token_reply(200, body, now);
        ASSERT_TRUE(std::holds_alternative<TokenRefusal>(reply)) << body.substr(0, 80);
        EXPECT_EQ(std::get<TokenRefusal>(reply).trouble, TokenTrouble::malformed);
    }
}

TEST(TokenReply, TellsWhatPassesFromWhatSomebodyHasToMend) {
    const auto refusal = [](int status, const char* body) {
        return std::get<TokenRefusal>(read_token_reply(status, body, now));
    };
    for (const int status : {404, 408, 410, 429, 500, 503}) {
        EXPECT_EQ(refusal(status, "").trouble, TokenTrouble::busy) << status;
        EXPECT_EQ(refusal(status, "").upgrading, status == 410);
    }
    for (const int status : {201, 301, 400, 401, 403}) {
        EXPECT_EQ(refusal(status, "{}").trouble, TokenTrouble::refused) << status;
    }
    EXPECT_EQ(refusal(400, R"({"error":"invalid_request",
        "error_description":"Identity not found"})")
                  .code,
              "invalid_request");
    EXPECT_EQ(refusal(401, R"({"error":"invalid_client",
        "error_description":"AADSTS70021: No matching federated identity"})")
                  .code,
              "invalid_client AADSTS70021");
    EXPECT_EQ(refusal(400, "{\"error\":\"\\u0007<script>\"}").code, "");
}

TEST(TokenExpiry, IsReadInThreeForms) {
    const WallTime expected = WallTime(seconds(1'506'484'173));
    for (const char* const text : {"1506484173", "1506484173.9", "2017-09-27T03:49:33Z",
                                   "2017-09-27T03:49:33.123456Z", "2017-09-27t05:49:33+02:00",
                                   "2017-09-26 20:49:33-0700", "Wed, 27 Sep 2017 03:49:33 GMT"}) {
        EXPECT_EQ(parse_expiry(text, now), expected) << text;
    }
    for (const char* const text :
         {"", "soon", "-1", "1506484173s", "15064841731506484173", "2017-02-30T00:00:00Z",
          "2017-09-27T24:00:00Z", "2017-09-27T03:49:33", "2017-09-27T03:49:33+2",
          "2017-09-27T03:49:33.Z+1", "6/20/2019 02:57:58 +00:00"}) {
        EXPECT_EQ(parse_expiry(text, now), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace spillway
