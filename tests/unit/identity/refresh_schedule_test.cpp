// When tokens are fetched again, with time in the test's hand.
#include "identity/refresh_schedule.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint t0 = TimePoint() + hours(1000);

class Refreshing : public testing::Test {
protected:
    RefreshSchedule::Failed busy() { return {TokenTrouble::busy, false, {}}; }
    Duration wait(TimePoint since) const { return schedule_.due() - since; }

    Rng rng_{42};
    RefreshSchedule schedule_{t0};
};

TEST_F(Refreshing, BeginsAtOnceWithNothing) {
    EXPECT_EQ(schedule_.due(), t0);
    EXPECT_LT(schedule_.usable_until(), t0);
}

TEST_F(Refreshing, ComesFiveMinutesBeforeTheEndOfAnHour) {
    schedule_.fetched({minutes(60), {}}, t0, rng_);
    EXPECT_LE(wait(t0), minutes(55));
    EXPECT_GT(wait(t0), minutes(54));
    EXPECT_EQ(schedule_.usable_until(), t0 + minutes(60) - seconds(5));
}

TEST_F(Refreshing, ComesAtHalfOfALongLife) {
    schedule_.fetched({hours(24), {}}, t0, rng_);
    EXPECT_LE(wait(t0), hours(12));
    EXPECT_GT(wait(t0), hours(10));
}

TEST_F(Refreshing, ComesAtHalfOfAVeryShortLife) {
    schedule_.fetched({seconds(20), {}}, t0, rng_);
    EXPECT_LE(wait(t0), seconds(10));
    EXPECT_GE(wait(t0), seconds(9));
    EXPECT_EQ(schedule_.usable_until(), t0 + seconds(18));
}

TEST_F(Refreshing, ComesWhenTheServerWantsButNotTooLate) {
    schedule_.fetched({hours(24), hours(3)}, t0, rng_);
    EXPECT_LE(wait(t0), hours(3));
    EXPECT_GT(wait(t0), hours(2));
    schedule_.fetched({hours(8), hours(30)}, t0, rng_);
    EXPECT_LE(wait(t0), hours(7));
}

TEST_F(Refreshing, WaitsLongerWithEachFailureAndForgetsThemAfterwards) {
    Duration last{};
    for (const int expected : {2, 4, 8, 16, 32, 60, 60}) {
        schedule_.failed(busy(), t0, rng_);
        EXPECT_GE(wait(t0), seconds(expected));
        EXPECT_LE(wait(t0), Duration(seconds(expected)) * 11 / 10);
        last = wait(t0);
    }
    schedule_.fetched({minutes(60), {}}, t0, rng_);
    schedule_.failed(busy(), t0, rng_);
    EXPECT_LT(wait(t0), last);
}

TEST_F(Refreshing, LooksForAnUpgradingImdsEveryTenSecondsForAWhile) {
    for (int i = 0; i < 7; ++i) {
        schedule_.failed({TokenTrouble::busy, true, {}}, t0, rng_);
        EXPECT_GE(wait(t0), seconds(10));
        EXPECT_LE(wait(t0), seconds(11));
    }
    schedule_.failed({TokenTrouble::busy, true, {}}, t0, rng_);
    EXPECT_GE(wait(t0), seconds(60));
}

TEST_F(Refreshing, HeedsRetryAfterWithinReason) {
    schedule_.failed({TokenTrouble::busy, false, minutes(1)}, t0, rng_);
    EXPECT_GE(wait(t0), minutes(1));
    schedule_.failed({TokenTrouble::busy, false, hours(24)}, t0, rng_);
    EXPECT_LE(wait(t0), minutes(6));
}

TEST_F(Refreshing, KeepsTheOldTokenWhateverGoesWrong) {
    schedule_.fetched({minutes(60), {}}, t0, rng_);
    const TimePoint until = schedule_.usable_until();
    for (const TokenTrouble trouble : {TokenTrouble::busy, TokenTrouble::refused,
                                       TokenTrouble::unreachable, TokenTrouble::malformed}) {
        schedule_.failed({trouble, false, {}}, t0 + minutes(55), rng_);
        EXPECT_EQ(schedule_.usable_until(), until);
    }
}

TEST_F(Refreshing, FetchesAtOnceWhenAnUpstreamRefusesButNotAgainAndAgain) {
    schedule_.fetched({minutes(60), {}}, t0, rng_);
    EXPECT_FALSE(schedule_.refused(t0 + seconds(29)));  // it is brand new
    EXPECT_TRUE(schedule_.refused(t0 + seconds(31)));
    EXPECT_EQ(schedule_.due(), t0 + seconds(31));
    EXPECT_FALSE(schedule_.refused(t0 + seconds(40)));
    schedule_.fetched({minutes(60), {}}, t0 + seconds(32), rng_);
    EXPECT_FALSE(schedule_.refused(t0 + seconds(61)));
    EXPECT_TRUE(schedule_.refused(t0 + seconds(63)));
}

// Whatever happens, the next attempt is neither lost nor a storm.
TEST_F(Refreshing, IsAlwaysDueSomeTimeSoonButNotAtOnce) {
    Rng events(7);
    TimePoint now = t0;
    for (int i = 0; i < 10'000; ++i) {
        if (events.unit() < 0.3) {
            const auto life = seconds(1 + static_cast<int>(events.unit() * 90'000));
            schedule_.fetched({life, {}}, now, rng_);
            ASSERT_LT(schedule_.due(), now + life);
            ASSERT_LT(schedule_.usable_until(), now + life);
        } else {
            const auto trouble = static_cast<TokenTrouble>(1 + events.next() % 5);
            schedule_.failed({trouble, events.unit() < 0.2, {}}, now, rng_);
            ASSERT_GE(schedule_.due(), now + seconds(2));
            ASSERT_LE(schedule_.due(), now + seconds(66));
        }
        now = schedule_.due();
    }
}

}  // namespace
}  // namespace spillway
