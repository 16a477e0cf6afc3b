#include "base/base64url.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace spillway {
namespace {

std::vector<std::uint8_t> bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Base64url, WritesTheVectorsOfRfc4648WithoutPadding) {
    EXPECT_EQ(base64url(bytes("")), "");
    EXPECT_EQ(base64url(bytes("f")), "Zg");
    EXPECT_EQ(base64url(bytes("fo")), "Zm8");
    EXPECT_EQ(base64url(bytes("foo")), "Zm9v");
    EXPECT_EQ(base64url(bytes("foob")), "Zm9vYg");
    EXPECT_EQ(base64url(bytes("fooba")), "Zm9vYmE");
    EXPECT_EQ(base64url(std::vector<std::uint8_t>{0xFB, 0xFF}), "-_8");
}

TEST(Base64url, ReadsBackEveryLength) {
    std::vector<std::uint8_t> some;
    for (unsigned i = 0; i < 70; ++i) {
        const auto back = decode_base64url(base64url(some));
        ASSERT_TRUE(back);
        EXPECT_EQ(bytes(*back), some);
        some.push_back(static_cast<std::uint8_t>(i * 37));
    }
}

TEST(Base64url, RefusesEveryOtherSpelling) {
    for (const char* text : {"Zg==", "Zg=", "Z", "Zh", "Zm9", "Zm9v\n", "Zm+v", "Zm/v", "Zm 9v"}) {
        EXPECT_FALSE(decode_base64url(text)) << text;
    }
}

}  // namespace
}  // namespace spillway
