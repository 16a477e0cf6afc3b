#include "wire/octets.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

TEST(Octets, FindEveryByteThatIsNoValueAtEveryPlace) {
    constexpr std::size_t length = 37;  // two blocks and a rest
    for (int byte = 0; byte < 256; ++byte) {
        for (std::size_t at = 0; at < length; ++at) {
            std::string text(length, 'x');
            text[at] = static_cast<char>(byte);
            const bool is_value = byte == '\t' || (byte >= 0x20 && byte != 0x7F);
            const bool is_token = octets::is(octets::token, text[at]);
            ASSERT_EQ(octets::value_span(text), is_value ? length : at) << byte << " at " << at;
            ASSERT_EQ(octets::token_span(text), is_token ? length : at) << byte << " at " << at;
        }
    }
}

TEST(Octets, GoOnBehindTabsAndHighBytes) {
    EXPECT_EQ(octets::value_span(std::string(40, '\t') + "\r"), 40U);
    EXPECT_EQ(octets::value_span("\xFF\x80\xA0\x9F\x8F\t\xFF\x80\x20\x7E\x00"), 10U);
    EXPECT_EQ(octets::value_span(""), 0U);
}

TEST(Octets, KnowTheirClasses) {
    EXPECT_TRUE(octets::all(octets::token, "X-Stainless_Lang!#$%&'*+.^`|~"));
    EXPECT_FALSE(octets::all(octets::token, "a(b"));
    EXPECT_FALSE(octets::all(octets::token, "a:b"));
    EXPECT_FALSE(octets::all(octets::unreserved, "a/b"));
    EXPECT_EQ(octets::hex_value('f'), 15);
    EXPECT_EQ(octets::hex_value('G'), -1);
    EXPECT_EQ(octets::trim(" \ta b\t "), "a b");
}

}  // namespace
}  // namespace spillway
