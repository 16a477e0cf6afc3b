#include "spillway/policy/cooldown.hpp"

#include "hand_time.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

constexpr CooldownParams params;

TEST(Cooldown, LastsAsLongAsTheProviderSaid) {
    Cooldown cooldown;
    EXPECT_FALSE(cooldown.cooling(t0));

    cooldown.throttled(7s, params, t0);

    EXPECT_EQ(cooldown.until(), t0 + 7s);
    EXPECT_TRUE(cooldown.cooling(t0 + 7s - 1ns));
    EXPECT_FALSE(cooldown.cooling(t0 + 7s));
}

TEST(Cooldown, RemembersWhetherALimitWasTheReason) {
    Cooldown cooldown;

    cooldown.unavailable(7s, params, t0);

    EXPECT_EQ(cooldown.until(), t0 + 7s);
    EXPECT_FALSE(cooldown.is_about_a_limit());

    cooldown.throttled(9s, params, t0);

    EXPECT_TRUE(cooldown.is_about_a_limit());
}

TEST(Cooldown, DoesNotBelieveADay) {
    Cooldown cooldown;

    cooldown.throttled(86'400s, params, t0);

    EXPECT_EQ(cooldown.until(), t0 + 60s);
}

TEST(Cooldown, TakesAHintOfNothingForAMillisecond) {
    Cooldown cooldown;

    cooldown.throttled(0s, params, t0);

    EXPECT_EQ(cooldown.until(), t0 + 1ms);
}

TEST(Cooldown, DoublesWithoutAHintUpToItsCap) {
    Cooldown cooldown;
    TimePoint now = t0;
    for (const Duration wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        cooldown.throttled(std::nullopt, params, now);
        EXPECT_EQ(cooldown.until(), now + wait);
        now = cooldown.until();
    }
}

TEST(Cooldown, TakesABurstOfThrottlesForOne) {
    Cooldown cooldown;

    for (int i = 0; i < 10; ++i) { cooldown.throttled(std::nullopt, params, t0 + i * 10ms); }

    EXPECT_EQ(cooldown.until(), t0 + 1s);
}

TEST(Cooldown, NeverShortens) {
    Cooldown cooldown;
    cooldown.throttled(30s, params, t0);

    cooldown.throttled(1s, params, t0 + 1s);
    cooldown.throttled(std::nullopt, params, t0 + 1s);
    cooldown.succeeded();

    EXPECT_EQ(cooldown.until(), t0 + 30s);
}

TEST(Cooldown, ASuccessEndsTheDoubling) {
    Cooldown cooldown;
    cooldown.throttled(std::nullopt, params, t0);
    cooldown.throttled(std::nullopt, params, t0 + 1s);
    EXPECT_FALSE(cooldown.untroubled());

    cooldown.succeeded();
    EXPECT_TRUE(cooldown.untroubled());
    cooldown.throttled(std::nullopt, params, t0 + 10s);

    EXPECT_EQ(cooldown.until(), t0 + 11s);
}

}  // namespace
}  // namespace spillway
