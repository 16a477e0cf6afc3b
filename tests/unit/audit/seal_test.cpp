#include "audit/seal.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

std::string sealed(const std::string& object, AuditChain& chain) {
    std::string line;
    append_sealed(line, object, chain);
    EXPECT_EQ(line.back(), '\n');
    line.pop_back();
    return line;
}

TEST(Digest, IsTheOneOfTheStandard) {
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Seal, SaysWhereALineStandsAndWhatItHashes) {
    AuditChain chain;
    const std::string first = sealed(R"({"a":1})", chain);
    const std::string second = sealed(R"({"a":2})", chain);

    const auto seal = seal_of(second);
    ASSERT_TRUE(seal);
    EXPECT_EQ(seal->number, 2U);
    EXPECT_EQ(seal->previous, seal_of(first)->hash);
    EXPECT_EQ(seal->hashed, R"({"a":2,"seq":2,"prev":")" + std::string(seal->previous) + '"');
    EXPECT_TRUE(seal->is_intact());
    EXPECT_EQ(seal->after(), chain);
}

TEST(Seal, OfTheFirstLineFollowsNothing) {
    AuditChain chain;
    const std::string line = sealed("{\"a\":1}", chain);
    EXPECT_EQ(seal_of(line)->previous, std::string(64, '0'));
}

TEST(Seal, ShowsEveryChangedByte) {
    AuditChain chain;
    const std::string line = sealed(R"({"text":"who","n":12})", chain);
    for (std::size_t i = 0; i < line.size(); ++i) {
        std::string changed = line;
        changed[i] = changed[i] == '1' ? '2' : '1';
        const auto seal = seal_of(changed);
        EXPECT_FALSE(seal && seal->is_intact()) << "at " << i;
    }
}

TEST(Seal, IsNotFoundWhereThereIsNone) {
    AuditChain chain;
    const std::string line = sealed("{\"a\":1}", chain);
    for (const std::string& text :
         {std::string(), std::string("{}"), line.substr(1), line.substr(0, line.size() - 1),
          line + " ", std::string(300, '0') + "\"}", "{" + line.substr(line.find(",\"prev"))}) {
        EXPECT_FALSE(seal_of(text)) << text;
    }
}

TEST(Seal, MayStandBehindTextThatLooksLikeOne) {
    AuditChain chain;
    const std::string fake = R"({"text":",\"seq\":9,\"prev\":\"x\"","seq":7})";
    const std::string line = sealed(fake, chain);
    ASSERT_TRUE(seal_of(line));
    EXPECT_EQ(seal_of(line)->number, 1U);
}

}  // namespace
}  // namespace spillway
