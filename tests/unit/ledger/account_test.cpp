#include "ledger/account.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace spillway {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr WallTime last_day = sys_days(2026y / November / 30) + 12h;

TEST(Account, CountsTheDayAndTheMonth) {
    Account account;
    account.charge({100, 7}, last_day - 24h);
    account.charge({10, 3}, last_day);

    EXPECT_EQ(account.used(last_day), (PeriodAmounts{{10, 3}, {110, 10}}));
    EXPECT_EQ(account.used(last_day + 24h), (PeriodAmounts{{0, 0}, {0, 0}}));
}

TEST(Account, TakesUpWhatWasKept) {
    Account account;
    account.charge({10, 3}, last_day);

    account.charge(Period::month, period_at(Period::month, last_day), {1000, 50});
    account.charge(Period::day, period_at(Period::day, last_day) - 1, {1000, 50});

    EXPECT_EQ(account.used(last_day).month, (Amounts{1010, 53}));
}

TEST(Account, LosesNothingBetweenThreads) {
    constexpr int threads = 4;
    constexpr int charges = 20'000;
    Account account;
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < threads; ++i) {
            workers.emplace_back([&account] {
                for (int n = 0; n < charges; ++n) { account.charge({1, 3}, last_day); }
            });
        }
    }

    EXPECT_EQ(account.used(last_day).day, (Amounts{threads * charges, 3LL * threads * charges}));
    EXPECT_EQ(account.used(last_day).month, account.used(last_day).day);
}

}  // namespace
}  // namespace spillway
