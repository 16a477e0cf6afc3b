#include "audit/redactor.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <string>

namespace spillway {
namespace {

const Redactor& rules() {
    static const Redactor all({"email", "card", "iban", "api_key", "bearer", "key:password"});
    return all;
}

std::string kept(std::string_view body, std::size_t bytes = 4096) {
    return rules().keep(body, bytes).text;
}

TEST(Redactor, KeepsTheVeryBytesOfWhatHasNothingToHide) {
    constexpr std::string_view body = R"( {"a" : "x\u0041\n", "n": [1, 2.50, null]}  )";
    const KeptBody result = rules().keep(body, 4096);
    EXPECT_EQ(result.text, body);
    EXPECT_EQ(result.redacted, 0U);
    EXPECT_FALSE(result.cut);
}

TEST(Redactor, SaysWhatStoodWhere) {
    const KeptBody result = rules().keep(
        R"({"content":"mail a@example.com, card 4111 1111 1111 1111","n":4111111111111111})", 4096);
    EXPECT_EQ(result.text, R"({"content":"mail [email], card [card]","n":[card]})");
    EXPECT_EQ(result.redacted, 3U);
}

TEST(Redactor, ReadsStringsUnescaped) {
    EXPECT_EQ(kept(R"({"a":"x\u0040example.com \"q\" \u0034111111111111111"})"),
              R"({"a":"[email] \"q\" [card]"})");
    EXPECT_EQ(kept(R"(["line\na@example.com"])"), R"(["line\n[email]"])");
}

TEST(Redactor, HidesValuesOfNamedKeysOfAnyType) {
    EXPECT_EQ(kept(R"({"Password" : "x", "password":12,"password":null})"),
              R"({"Password" : "[key:password]", "password":"[key:password]",)"
              R"("password":"[key:password]"})");
    EXPECT_EQ(kept(R"({"password":{"a":["}"]},"b":1})"), R"({"password":"[key:password]","b":1})");
    EXPECT_EQ(kept(R"({"pass\u0077ord":"x"})"), R"({"pass\u0077ord":"[key:password]"})");
    EXPECT_EQ(kept(R"({"say":"password"})"), R"({"say":"password"})");
}

TEST(Redactor, LooksIntoJsonInsideStrings) {
    EXPECT_EQ(kept(R"({"arguments":"{\"password\":\"x\",\"to\":\"a@example.com\"}"})"),
              R"({"arguments":"{\"password\":\"[key:password]\",\"to\":\"[email]\"}"})");
}

TEST(Redactor, HidesAValueThatTheCutLeavesOpen) {
    const std::string body = R"({"password":")" + std::string(10'000, 'x');
    const KeptBody result = rules().keep(body, 1000);
    EXPECT_EQ(result.text.find("xx"), std::string::npos) << result.text;
    EXPECT_TRUE(result.cut);
}

TEST(Redactor, NeverShowsTheBeginningOfWhatTheCutDivides) {
    // However the number lies to the cut, and however much was hidden before it.
    for (std::size_t hidden = 0; hidden < 12; ++hidden) {
        for (std::size_t before = 280; before < 420; ++before) {
            std::string body;
            for (std::size_t i = 0; i < hidden; ++i) { body += "someone.rather.long@example.com "; }
            body += std::string(before, '.') + " 4111 1111 1111 1111 jane@example.com";
            const KeptBody result = rules().keep(body, 300);
            EXPECT_EQ(result.text.find("4111"), std::string::npos) << before;
            EXPECT_EQ(result.text.find("jane"), std::string::npos) << before;
            EXPECT_LE(result.text.size(), 300U);
        }
    }
}

TEST(Redactor, CutsBetweenCharactersAndSaysSo) {
    const KeptBody result = rules().keep("\"äöü\"", 4);
    EXPECT_EQ(result.text, "\"ä");
    EXPECT_TRUE(result.cut);
    EXPECT_TRUE(rules().keep("abc", 3, true).cut);
}

TEST(Redactor, WithoutRulesKeepsEverything) {
    const Redactor none({});
    EXPECT_EQ(none.keep(R"({"password":"a@example.com"})", 4096).text,
              R"({"password":"a@example.com"})");
}

TEST(Redactor, FindsNothingMoreInWhatItKept) {
    const std::string once = kept(R"({"password":"p","t":"a@example.com Bearer abcdefgh1"})");
    EXPECT_EQ(rules().keep(once, 4096).redacted, 0U) << once;
}

}  // namespace
}  // namespace spillway
