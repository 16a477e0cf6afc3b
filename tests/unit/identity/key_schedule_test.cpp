// When keys are fetched again, with time in the test's hand.
#include "identity/key_schedule.hpp"

#include "support/plan_row.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint t0 = TimePoint() + hours(1000);

class Keys : public ::testing::Test {
protected:
    Rng rng_{42};
    KeySchedule schedule_{t0};
};

TEST_F(Keys, AreFetchedAtOnceAndThenEveryHour) {
    EXPECT_EQ(schedule_.due(), t0);
    schedule_.fetched(t0, rng_);
    EXPECT_LE(schedule_.due(), t0 + hours(1));
    EXPECT_GT(schedule_.due(), t0 + minutes(54) - seconds(1));
}

TEST_F(Keys, AreTriedMoreAndMoreSlowlyWhenThatFails) {
    TimePoint now = t0;
    for (const int wait : {2, 4, 8, 16, 32, 60, 60}) {
        schedule_.failed({}, now, rng_);
        EXPECT_GE(schedule_.due() - now, seconds(wait));
        EXPECT_LE(schedule_.due() - now, milliseconds(wait * 1100));
        now = schedule_.due();
    }
    schedule_.fetched(now, rng_);
    schedule_.failed({}, now, rng_);
    EXPECT_LE(schedule_.due() - now, seconds(3));
}

TEST_F(Keys, LetAServerSayWhenWithinReason) {
    schedule_.failed(seconds(90), t0, rng_);
    EXPECT_GE(schedule_.due() - t0, seconds(90));
    schedule_.failed(hours(24), t0, rng_);
    EXPECT_LE(schedule_.due() - t0, minutes(6));
}

/// whoever sends a thousand unknown keys a second makes one fetch a minute.
TEST_F(Keys, ThatNobodyKnowsAreAskedForOnceAMinute) {
    schedule_.fetched(t0, rng_);
    int fetches = 0;
    for (TimePoint now = t0; now < t0 + minutes(10); now += milliseconds(1)) {
        schedule_.unknown_key(now);
        if (now < schedule_.due()) { continue; }
        ++fetches;
        schedule_.fetched(now, rng_);
    }
    EXPECT_TRUE(testing::holds({"A-4", fetches / 10.0, "fetches-per-minute",
                                testing::Bound::at_most, 1}));
    EXPECT_GE(fetches, 9) << "and they are asked for";
}

TEST_F(Keys, ThatNobodyKnowsDoNotHurryAServerThatIsDown) {
    schedule_.failed(seconds(200), t0, rng_);
    const TimePoint due = schedule_.due();
    schedule_.unknown_key(t0 + seconds(1));
    EXPECT_EQ(schedule_.due(), due);
}

TEST_F(Keys, AreAskedForAtOnceTheFirstTime) {
    schedule_.fetched(t0, rng_);
    schedule_.unknown_key(t0 + seconds(1));
    EXPECT_EQ(schedule_.due(), t0 + seconds(1));
    schedule_.fetched(t0 + seconds(1), rng_);
    schedule_.unknown_key(t0 + seconds(2));
    EXPECT_EQ(schedule_.due(), t0 + seconds(61));
}

}  // namespace
}  // namespace spillway
