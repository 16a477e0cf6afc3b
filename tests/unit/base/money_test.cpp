#include "spillway/money.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace spillway {
namespace {

TEST(Money, IsWrittenWithAllItsDigitsAndNoMore) {
    EXPECT_EQ(money_text(0), "0");
    EXPECT_EQ(money_text(1), "0.000000001");
    EXPECT_EQ(money_text(12'500'000), "0.0125");
    EXPECT_EQ(money_text(12 * money_unit), "12");
    EXPECT_EQ(money_text(1'234'567'890'123), "1234.567890123");
    EXPECT_EQ(money_text(-money_unit / 2), "-0.5");
    EXPECT_EQ(money_text(-20 * money_unit), "-20");
    EXPECT_EQ(money_text(std::numeric_limits<Money>::max()), "9223372036.854775807");
    EXPECT_EQ(money_text(std::numeric_limits<Money>::min()), "-9223372036.854775808");
}

TEST(Money, TakesTheNearestBillionthOfANumber) {
    EXPECT_EQ(money_of(0.1), money_unit / 10);
    EXPECT_EQ(money_of(0.1) + money_of(0.2), money_of(0.3));
    EXPECT_EQ(money_of(500), 500 * money_unit);
}

TEST(Money, IsBoundedWhereANumberIsNot) {
    EXPECT_EQ(money_of(1e300), std::numeric_limits<Money>::max());
    EXPECT_EQ(money_of(-INFINITY), std::numeric_limits<Money>::min());
}

}  // namespace
}  // namespace spillway
