#include "spillway/policy/spending.hpp"

#include "spillway/random.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>

namespace spillway {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr WallTime utc(year_month_day date, seconds time = 0s) { return sys_days(date) + time; }

constexpr WallTime last_second_of_february = utc(2028y / February / 29, 24h - 1s);

TEST(Period, EndsAtMidnightUtc) {
    const WallTime before = utc(2026y / November / 26, 24h - 1s);

    EXPECT_EQ(period_at(Period::day, before + 1s), period_at(Period::day, before) + 1);
    EXPECT_EQ(period_at(Period::month, before + 1s), period_at(Period::month, before));
}

TEST(Period, KnowsTheLengthsOfMonths) {
    const auto month = [](WallTime at) { return period_at(Period::month, at); };

    EXPECT_EQ(month(last_second_of_february), month(utc(2028y / February / 1)));
    EXPECT_EQ(month(last_second_of_february + 1s), month(utc(2028y / February / 1)) + 1);
    EXPECT_EQ(month(utc(2027y / February / 28, 24h)), month(utc(2027y / March / 1)));
    EXPECT_EQ(month(utc(2026y / December / 31, 24h)), month(utc(2026y / December / 1)) + 1);
}

TEST(Period, StartsWhereItIsCountedFrom) {
    for (const Period period : periods) {
        const std::int64_t number = period_at(period, last_second_of_february);
        const WallTime start = start_of(period, number);

        EXPECT_EQ(period_at(period, start), number);
        EXPECT_EQ(period_at(period, start - 1s), number - 1);
    }
    EXPECT_EQ(start_of(Period::month, period_at(Period::month, utc(2028y / March / 31))),
              sys_days(2028y / March / 1));
}

TEST(Spending, IsRenewedByTheNextPeriod) {
    Spending spending;
    spending.charge(70, 100);
    spending.charge(30, 100);
    EXPECT_EQ(spending.used(100), 100);

    EXPECT_EQ(spending.used(101), 0);

    spending.charge(5, 101);
    EXPECT_EQ(spending.used(101), 5);
    EXPECT_EQ(spending.used(140), 0);
}

TEST(Spending, GivesNothingTwiceWhenTheClockStepsBackOverMidnight) {
    Spending spending;
    spending.charge(70, 100);
    spending.charge(30, 101);

    EXPECT_EQ(spending.used(100), 30);
    spending.charge(1, 100);

    EXPECT_EQ(spending.used(101), 31);
}

TEST(Spending, IsNotBoundToADayThatAWrongClockNamed) {
    Spending spending;
    spending.charge(70, 50'000);

    spending.charge(30, 100);

    EXPECT_EQ(spending.used(100), 100) << "what was used stays used";
    EXPECT_EQ(spending.used(101), 0) << "and is renewed tomorrow, not in a century";
}

TEST(Spending, NeitherOverflowsNorShrinks) {
    Spending spending;
    spending.charge(INT64_MAX, 100);
    spending.charge(5, 100);
    EXPECT_EQ(spending.used(100), INT64_MAX);

    spending.charge(-5, 100);
    EXPECT_EQ(spending.used(100), INT64_MAX);
}

// What all charges of a period add up to is what is used in it, in whatever order they come.
TEST(Spending, SumsToTheChargesOfItsPeriod) {
    constexpr std::uint64_t seed = 20'261'126;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    Rng rng(seed);
    Spending spending;
    std::map<std::int64_t, std::int64_t> sums;
    WallTime now = utc(2026y / January / 1);
    for (int i = 0; i < 20'000; ++i) {
        now += seconds(rng.next() % 7200);
        const std::int64_t day = period_at(Period::day, now);
        const auto amount = static_cast<std::int64_t>(rng.next() % 1'000'000);
        spending.charge(amount, day);
        sums[day] += amount;
        ASSERT_EQ(spending.used(day), sums[day]);
    }
}

class UsedUpTest : public ::testing::Test {
protected:
    PeriodAmounts limits{{1000, 5 * money_unit}, {20'000, 0}};
    WallTime now = utc(2028y / February / 29, 12h);
};

TEST_F(UsedUpTest, IsNothingBelowEveryLimit) {
    EXPECT_FALSE(used_up(limits, {}, now));
    EXPECT_FALSE(used_up(limits, {{999, 5 * money_unit - 1}, {19'999, 99 * money_unit}}, now));
}

TEST_F(UsedUpTest, IsTheDayUntilMidnight) {
    const auto found = used_up(limits, {{1000, 0}, {1000, 0}}, now);

    ASSERT_TRUE(found);
    EXPECT_EQ(found->period, Period::day);
    EXPECT_EQ(found->unit, SpendingUnit::tokens);
    EXPECT_EQ(found->used, 1000);
    EXPECT_EQ(found->limit, 1000);
    EXPECT_EQ(found->renews, utc(2028y / March / 1));
}

TEST_F(UsedUpTest, IsMoneyAsWellAsTokens) {
    const auto found = used_up(limits, {{0, 5 * money_unit}, {}}, now);

    ASSERT_TRUE(found);
    EXPECT_EQ(found->unit, SpendingUnit::money);
}

TEST_F(UsedUpTest, IsTheOneThatIsRenewedLast) {
    now = utc(2026y / November / 26);

    const auto found = used_up(limits, {{1000, 0}, {20'000, 0}}, now);

    ASSERT_TRUE(found);
    EXPECT_EQ(found->period, Period::month);
    EXPECT_EQ(found->renews, utc(2026y / December / 1));
}

TEST_F(UsedUpTest, IsNeverAskedOfWhatHasNoLimit) {
    EXPECT_FALSE(used_up({}, {{INT64_MAX, INT64_MAX}, {INT64_MAX, INT64_MAX}}, now));
    EXPECT_FALSE(limits_anything({}));
    EXPECT_TRUE(limits_anything(limits));
}

}  // namespace
}  // namespace spillway
