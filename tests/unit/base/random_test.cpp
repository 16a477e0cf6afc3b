#include "spillway/random.hpp"

#include <gtest/gtest.h>

#include <array>

namespace spillway {
namespace {

// First outputs of the published SplitMix64 for this seed.
TEST(Rng, FollowsThePublishedAlgorithm) {
    Rng rng(1234567);

    EXPECT_EQ(rng.next(), 6457827717110365317U);
    EXPECT_EQ(rng.next(), 3203168211198807973U);
    EXPECT_EQ(rng.next(), 9817491932198370423U);
}

TEST(Rng, UnitFillsItsRangeEvenlyAndNeverReachesOne) {
    Rng rng(1);
    std::array<int, 10> tenths{};

    for (int i = 0; i < 100'000; ++i) {
        const double drawn = rng.unit();
        ASSERT_GE(drawn, 0.0);
        ASSERT_LT(drawn, 1.0);
        ++tenths[static_cast<std::size_t>(drawn * 10.0)];
    }

    for (const int count : tenths) { EXPECT_NEAR(count, 10'000, 500); }
}

}  // namespace
}  // namespace spillway
