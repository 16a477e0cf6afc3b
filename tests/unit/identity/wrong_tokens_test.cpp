// A-3: tokens that are wrong, one by one, each with the word it is refused with.
#include "support/plan_row.hpp"
#include "unit/identity/tokens.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace spillway {
namespace {

struct Wrong {
    std::string name;
    std::string token;
    std::string denial = "token_invalid";
};

std::string with_alg(const std::string& alg) {
    return rs256(claims(), R"({"alg":")" + alg + R"(","kid":"r1"})");
}

std::string with_kid(const std::string& json) {
    return rs256(claims(), R"({"alg":"RS256","kid":)" + json + "}");
}

std::string with_header(const std::string& more) {
    return rs256(claims(), R"({"alg":"RS256","kid":"r1",)" + more + "}");
}

std::string with_claim(const std::string& name, const std::string& json) {
    return rs256(claims({{name, json}}));
}

/// A claim with a second value of the same name, the right one first or last.
std::string with_twice(const std::string& first, const std::string& last) {
    const std::string body = claims({{"aud", ""}});
    return rs256(R"({"aud":)" + first + "," + body.substr(1, body.size() - 2) + R"(,"aud":)" +
                 last + "}");
}

std::vector<Wrong> algorithms() {
    std::vector<Wrong> all;
    for (const char* alg : {"none", "None", "NONE", "nOnE", "HS256", "RS384", "RS512", "ES384",
                            "rs256", "RS256 ", "EdDSA", ""}) {
        all.push_back({"alg " + std::string(alg), with_alg(alg)});
    }
    const std::string none = smith::unsigned_token(R"({"alg":"none","kid":"r1"})", claims()) + ".";
    all.push_back({"alg none, no signature", none});
    const std::string hs = smith::unsigned_token(R"({"alg":"HS256","kid":"r1"})", claims());
    const std::string secret = smith::number(rsa(), OSSL_PKEY_PARAM_RSA_N);
    all.push_back({"HS256 by the public key",
                   hs + "." + smith::base64url(smith::hmac(secret, hs))});
    all.push_back({"RS512 that says RS256", smith::token(rsa(), "RS512", rsa_header, claims())});
    all.push_back({"PS256 that says RS256", smith::token(rsa(), "PS256", rsa_header, claims())});
    all.push_back({"RS256 that says PS256", rs256(claims(), R"({"alg":"PS256","kid":"r1"})")});
    all.push_back({"ES256 with an RSA key's id",
                   smith::token(ec(), "ES256", R"({"alg":"ES256","kid":"r1"})", claims())});
    all.push_back({"RS256 with an EC key's id", rs256(claims(), R"({"alg":"RS256","kid":"e1"})")});
    all.push_back({"no alg", rs256(claims(), R"({"kid":"r1"})")});
    return all;
}

std::vector<Wrong> signatures() {
    const std::string right = rs256(claims());
    const std::string text = smith::unsigned_token(rsa_header, claims());
    const std::string ec_text = smith::unsigned_token(ec_header, claims());
    const std::string der = smith::sign(ec(), ec_text, EVP_sha256());
    const auto ec_with = [&](const std::string& raw) {
        return ec_text + "." + smith::base64url(raw);
    };
    const std::string raw = smith::raw_of(der, 32);
    const std::string zero(32, '\0');
    const std::string other = rs256(claims({{"oid", quoted("object-2")}}));
    return {
        {"another key", smith::token(foreign(), "RS256", rsa_header, claims())},
        {"no signature", text + "."},
        {"another token's signature", text + other.substr(other.rfind('.'))},
        {"changed claims", smith::unsigned_token(rsa_header, claims({{"oid", quoted("root")}})) +
                               right.substr(right.rfind('.'))},
        {"a cut signature", right.substr(0, right.size() - 8)},
        {"a longer signature", right + "AAAA"},
        {"padding", right + "=="},
        {"loose bits", right.substr(0, right.size() - 1) + (right.ends_with('A') ? "B" : "_")},
        {"ES256 in DER", ec_with(der)},
        {"ES256 with r = s = 0", ec_with(zero + zero)},
        {"ES256 with r = 0", ec_with(zero + raw.substr(32))},
        {"ES256 with s = 0", ec_with(raw.substr(0, 32) + zero)},
        {"ES256 too short", ec_with(raw.substr(0, 63))},
        {"ES256 too long", ec_with(raw + '\0')},
    };
}

std::vector<Wrong> headers() {
    return {
        {"no kid", rs256(claims(), R"({"alg":"RS256"})")},
        {"kid empty", with_kid("\"\"")},
        {"kid a path", with_kid(R"("../../../../dev/null")")},
        {"kid SQL", with_kid(R"("r1' OR '1'='1")")},
        {"kid a URL", with_kid(R"("https://evil.example/keys")")},
        {"kid with NUL", with_kid("\"r1\\u0000\"")},
        {"kid a number", with_kid("1")},
        {"kid a list", with_kid(R"(["r1"])")},
        {"kid too long", with_kid(quoted(std::string(129, 'k')))},
        {"kid not published", with_kid("\"r2\"")},
        {"kid twice", with_header(R"("kid":"r1")")},
        {"alg twice", with_header(R"("alg":"none")")},
        {"crit", with_header(R"("crit":["exp"],"exp":1)")},
        {"b64 false and crit", with_header(R"("b64":false,"crit":["b64"])")},
        {"encrypted", with_header(R"("enc":"A128GCM")")},
        {"compressed", with_header(R"("zip":"DEF")")},
        {"a token in a token", with_header(R"("cty":"JWT")")},
        {"another typ", with_header(R"("typ":"JWE")")},
        {"typ a number", with_header(R"("typ":1)")},
        {"its own key",
         smith::token(foreign(), "RS256",
                      R"({"alg":"RS256","kid":"r9","jwk":)" + smith::jwk(foreign(), "r9") + "}",
                      claims())},
        {"its own key under our id",
         smith::token(foreign(), "RS256",
                      R"({"alg":"RS256","kid":"r1","jwk":)" + smith::jwk(foreign(), "r1") + "}",
                      claims())},
        {"its own key's address",
         smith::token(foreign(), "RS256",
                      R"({"alg":"RS256","kid":"r1","jku":"https://evil.example/keys"})", claims())},
        {"a list as header", rs256(claims(), R"(["alg","RS256"])")},
        {"two values as header", rs256(claims(), rsa_header + "{}")},
        {"no JSON as header", rs256(claims(), R"({"alg":"RS256","kid":"r1")")},
    };
}

std::vector<Wrong> contents() {
    const auto at = [](std::int64_t offset) { return std::to_string(now_seconds + offset); };
    std::string deep = R"({"x":)";
    for (int i = 0; i < 200; ++i) { deep += "["; }
    for (int i = 0; i < 200; ++i) { deep += "]"; }
    const std::string rest = claims().substr(1);
    return {
        {"another iss", with_claim("iss", quoted("https://evil.example/"))},
        {"iss without its slash", with_claim("iss", quoted(v1.substr(0, v1.size() - 1)))},
        {"iss in capitals", with_claim("iss", quoted("HTTPS" + v2.substr(5)))},
        {"iss of another tenant",
         with_claim("iss", quoted("https://sts.windows.net/" + other_tenant + "/"))},
        {"iss a list", with_claim("iss", "[" + quoted(v2) + "]")},
        {"no iss", with_claim("iss", "")},
        {"another aud", with_claim("aud", quoted("https://cognitiveservices.azure.com"))},
        {"aud longer than ours", with_claim("aud", quoted("api://spillway/"))},
        {"aud with ours inside", with_claim("aud", quoted("x api://spillway"))},
        {"aud an empty list", with_claim("aud", "[]")},
        {"aud an object", with_claim("aud", R"({"api://spillway":1})")},
        {"no aud", with_claim("aud", "")},
        {"aud twice, right first", with_twice(quoted("api://spillway"), quoted("other"))},
        {"aud twice, right last", with_twice(quoted("other"), quoted("api://spillway"))},
        {"aud twice by an escape", rs256(R"({"\u0061ud":"other",)" + rest)},
        {"another tid", with_claim("tid", quoted(other_tenant))},
        {"no tid", with_claim("tid", "")},
        {"expired", with_claim("exp", at(-60)), "token_expired"},
        {"expired long ago", with_claim("exp", "1"), "token_expired"},
        {"no exp", with_claim("exp", "")},
        {"exp a text", with_claim("exp", quoted(at(3600)))},
        {"exp a fraction", with_claim("exp", at(3600) + ".5")},
        {"exp huge", with_claim("exp", "99999999999999999999")},
        {"exp beyond all dates", with_claim("exp", "9223372036854775807")},
        {"exp infinite", with_claim("exp", "1e400")},
        {"exp negative", with_claim("exp", "-1")},
        {"exp null", with_claim("exp", "null")},
        {"exp a list", with_claim("exp", "[" + at(3600) + "]")},
        {"not yet", with_claim("nbf", at(61))},
        {"nbf a text", with_claim("nbf", quoted(at(-10)))},
        {"from tomorrow", with_claim("iat", at(86'400))},
        {"about nobody", rs256(claims({{"oid", ""}, {"sub", ""}}))},
        {"sub a number", with_claim("sub", "7")},
        {"another role", with_claim("roles", R"(["readers"])")},
        {"roles a text", with_claim("roles", quoted("agents"))},
        {"no roles", with_claim("roles", "")},
        {"two apps", with_claim("appid", quoted("app-2"))},
        {"control characters", with_claim("sub", R"("a\u000ab")")},
        {"not UTF-8", with_claim("sub", "\"\xff\"")},
        {"deeply nested", rs256(deep + "," + rest)},
        {"no JSON", rs256("{" + claims())},
        {"bytes behind", rs256(claims() + "x")},
        {"a list", rs256("[" + claims() + "]")},
        {"more groups than there can be", with_claim("groups",
                                                     [] {
                                                         std::string list = "[\"g\"";
                                                         for (int i = 0; i < 256; ++i) {
                                                             list += ",\"g\"";
                                                         }
                                                         return list + "]";
                                                     }())},
    };
}

std::vector<Wrong> forms() {
    const std::string right = rs256(claims());
    const std::size_t dot = right.find('.');
    return {
        {"too long", rs256(claims({{"x", quoted(std::string(9000, 'x'))}}))},
        {"blanks inside", right.substr(0, dot + 5) + " " + right.substr(dot + 5)},
        {"plain base64", "ey+/" + right.substr(4)},
        {"no header", "ey." + right.substr(dot + 1)},
        {"only dots", "ey.."},
        {"a JSON serialization", R"(ey{"payload":"","signatures":[]}..)"},
    };
}

TEST_F(CallersTokens, ThatAreWrongAreRefusedEachForItsReason) {
    std::size_t refused = 0;
    std::size_t all = 0;
    for (const auto& wrongs : {algorithms(), signatures(), headers(), contents(), forms()}) {
        for (const Wrong& wrong : wrongs) {
            const std::string found = who(wrong.token);
            EXPECT_EQ(found, wrong.denial) << wrong.name;
            ++all;
            refused += found == wrong.denial ? 1 : 0;
        }
    }
    EXPECT_GE(all, 40U);
    const std::string unit = "accepted-or-misnamed-of-" + std::to_string(all);
    EXPECT_TRUE(testing::holds({"A-3", static_cast<double>(all - refused), unit.c_str(),
                                testing::Bound::exactly, 0}));
}

}  // namespace
}  // namespace spillway
