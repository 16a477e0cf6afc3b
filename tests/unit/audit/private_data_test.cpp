#include "audit/private_data.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace spillway {
namespace {

PrivateKinds all_kinds() {
    PrivateKinds kinds;
    for (std::size_t i = 0; i < private_kind_names.size(); ++i) {
        kinds.add(static_cast<PrivateKind>(i));
    }
    return kinds;
}

/// What is found, as "kind:text" words.
std::vector<std::string> found_in(std::string_view text) {
    std::vector<std::string> found;
    std::size_t at = 0;
    for (auto data = find_private(text, at, all_kinds()); data.found();
         data = find_private(text, at, all_kinds())) {
        found.push_back(std::string(name(data.kind)) + ":" +
                        std::string(text.substr(data.begin, data.end - data.begin)));
        at = data.end;
    }
    return found;
}

using Found = std::vector<std::string>;

TEST(PrivateData, FindsMailAddresses) {
    EXPECT_EQ(found_in("Write to jane.doe+x@mail.example.com, please."),
              Found{"email:jane.doe+x@mail.example.com"});
    EXPECT_EQ(found_in("<müller@bücher.example>"), Found{"email:müller@bücher.example"});
    EXPECT_EQ(found_in("a@b.co"), Found{"email:a@b.co"});
}

TEST(PrivateData, LeavesWhatOnlyLooksLikeMail) {
    for (const char* text : {"@someone", "a@b", "me @ home.org", "x@y.z", "@.com", "a@.b"}) {
        EXPECT_EQ(found_in(text), Found{}) << text;
    }
}

TEST(PrivateData, FindsCardNumbersHoweverTheyAreGrouped) {
    EXPECT_EQ(found_in("4111111111111111"), Found{"card:4111111111111111"});
    EXPECT_EQ(found_in("card 4111 1111 1111 1111 exp 12/29"), Found{"card:4111 1111 1111 1111"});
    EXPECT_EQ(found_in("3782-822463-10005."), Found{"card:3782-822463-10005"});
    EXPECT_EQ(found_in("4111 1111 1111 1111 2029"), Found{"card:4111 1111 1111 1111"});
}

TEST(PrivateData, LeavesNumbersWithAWrongCheckDigit) {
    for (const char* text : {"4111111111111112", "123456789012", "41111111111111111111",
                             "4111  1111  1111  1111", "x4111111111111111"}) {
        EXPECT_EQ(found_in(text), Found{}) << text;
    }
}

TEST(PrivateData, FindsAccountNumbers) {
    EXPECT_EQ(found_in("IBAN DE89 3704 0044 0532 0130 00!"),
              Found{"iban:DE89 3704 0044 0532 0130 00"});
    EXPECT_EQ(found_in("GB82WEST12345698765432"), Found{"iban:GB82WEST12345698765432"});
    EXPECT_EQ(found_in("GB82WEST12345698765433"), Found{});
}

TEST(PrivateData, FindsKeysOfKnownShapes) {
    EXPECT_EQ(found_in("key=sk-proj-abcdefghijklmnop1234"),
              Found{"api_key:sk-proj-abcdefghijklmnop1234"});
    EXPECT_EQ(found_in("AKIAIOSFODNN7EXAMPLE"), Found{"api_key:AKIAIOSFODNN7EXAMPLE"});
    EXPECT_EQ(found_in("AKIAIOSFODNN7"), Found{});
    EXPECT_EQ(found_in("task-force"), Found{});
}

TEST(PrivateData, FindsBearersAndTokens) {
    EXPECT_EQ(found_in("Authorization: Bearer abc.def-123"), Found{"bearer:Bearer abc.def-123"});
    EXPECT_EQ(found_in("eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2ln"),
              Found{"bearer:eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2ln"});
    EXPECT_EQ(found_in("a bearer of news"), Found{});
}

TEST(PrivateData, LooksOnlyForWhatIsAsked) {
    PrivateKinds kinds;
    kinds.add(PrivateKind::card);
    EXPECT_FALSE(find_private("a@example.com", 0, kinds).found());
}

TEST(PrivateData, StaysLinearOnHostileText) {
    for (const char* piece :
         {"eyJ-", "sk-", "a@", "AB12 ", "bearer ", "1 ", "eyJabcdefgh.", "@a.", "4-"}) {
        std::string text;
        while (text.size() < 1'000'000) { text += piece; }
        const auto began = std::chrono::steady_clock::now();
        static_cast<void>(found_in(text));
        EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(3)) << piece;
    }
}

}  // namespace
}  // namespace spillway
