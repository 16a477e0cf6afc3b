#include "spillway/policy/window.hpp"

#include "hand_time.hpp"
#include "spillway/random.hpp"

#include <gtest/gtest.h>

#include <map>

namespace spillway {
namespace {

using MinuteWindow = SlidingWindow<PlainWord, 61>;

TEST(SlidingWindow, RefusesWhatWouldExceedTheLimit) {
    MinuteWindow window(1s);

    EXPECT_TRUE(window.take(60, 100, t0));
    EXPECT_FALSE(window.take(41, 100, t0));
    EXPECT_TRUE(window.take(40, 100, t0));
    EXPECT_EQ(window.sum(t0), 100U);
}

TEST(SlidingWindow, ForgetsASlotOnlyAfterAWholeMinute) {
    MinuteWindow window(1s);
    ASSERT_TRUE(window.take(100, 100, t0 + 999ms));

    EXPECT_FALSE(window.take(1, 100, t0 + 60s + 999ms));
    EXPECT_TRUE(window.take(100, 100, t0 + 61s));
}

TEST(SlidingWindow, ReadsTheSumWithoutAnybodyMovingTime) {
    MinuteWindow window(1s);
    window.add(7, t0, t0);
    window.add(5, t0 + 30s, t0 + 30s);

    EXPECT_EQ(window.sum(t0 + 60s), 12U);
    EXPECT_EQ(window.sum(t0 + 61s), 5U);
    EXPECT_EQ(window.sum(t0 + 91s), 0U);
    EXPECT_EQ(window.sum(t0 + 24h), 0U);
}

TEST(SlidingWindow, NeverRunsBackwards) {
    MinuteWindow window(1s);
    ASSERT_TRUE(window.take(50, 100, t0 + 10s));

    // This caller's clock reading is 10 s old: it is counted now, and leaves with now.
    EXPECT_TRUE(window.take(50, 100, t0));

    EXPECT_EQ(window.sum(t0 + 70s), 100U);
    EXPECT_EQ(window.sum(t0 + 71s), 0U);
}

TEST(SlidingWindow, CountsDebtInThePastIfThePastStillCounts) {
    MinuteWindow window(1s);

    window.add(10, t0, t0 + 60s);
    EXPECT_EQ(window.sum(t0 + 60s), 10U);
    EXPECT_EQ(window.sum(t0 + 61s), 0U);

    window.add(10, t0, t0 + 61s);
    EXPECT_EQ(window.sum(t0 + 61s), 0U);
}

TEST(SlidingWindow, TakesBackOnlyWhatTimeHasNotGivenBack) {
    MinuteWindow window(1s);
    ASSERT_TRUE(window.take(30, 100, t0));
    ASSERT_TRUE(window.take(30, 100, t0 + 50s));

    window.give_back(10, t0, t0 + 55s);
    EXPECT_EQ(window.sum(t0 + 55s), 50U);
    window.give_back(20, t0, t0 + 61s);
    EXPECT_EQ(window.sum(t0 + 61s), 30U);
}

TEST(SlidingWindow, FindsWhatALateTakerHasTakenForItsGiveBack) {
    MinuteWindow window(1s);
    window.add(0, t0 + 5s, t0 + 5s);
    ASSERT_TRUE(window.take(40, 100, t0));

    window.give_back(40, t0, t0 + 6s);

    EXPECT_EQ(window.sum(t0 + 6s), 0U);
}

TEST(SlidingWindow, RaisesToWhatSomebodyElseHasCounted) {
    MinuteWindow window(1s);
    ASSERT_TRUE(window.take(30, 100, t0));

    window.raise_to(80, t0, t0 + 1s);
    window.raise_to(80, t0, t0 + 1s);
    window.raise_to(10, t0, t0 + 1s);

    EXPECT_EQ(window.sum(t0 + 1s), 80U);
    EXPECT_EQ(window.sum(t0 + 61s), 0U);
}

TEST(SlidingWindow, KnowsWhenItWillHaveFallen) {
    MinuteWindow window(1s);
    ASSERT_TRUE(window.take(30, 100, t0));
    ASSERT_TRUE(window.take(30, 100, t0 + 20s));

    EXPECT_EQ(window.falls_to(60, t0 + 30s), t0 + 30s);
    EXPECT_EQ(window.falls_to(59, t0 + 30s), t0 + 61s);
    EXPECT_EQ(window.falls_to(29, t0 + 30s), t0 + 81s);
    EXPECT_EQ(window.falls_to(0, t0 + 30s), t0 + 81s);
}

TEST(SlidingWindow, ForgetsEverythingWhenCleared) {
    MinuteWindow window(1s);
    window.add(30, t0, t0);
    window.add(30, t0 + 20s, t0 + 20s);

    window.clear();

    EXPECT_EQ(window.sum(t0 + 20s), 0U);
    EXPECT_TRUE(window.take(100, 100, t0 + 20s));
    EXPECT_EQ(window.sum(t0 + 61s), 100U);
}

TEST(SlidingWindow, StaysFullForASlotThatOverflows) {
    MinuteWindow window(1s);
    constexpr std::uint64_t most = 0xFFFF'FFFFU;

    window.add(most, t0, t0);
    window.add(most, t0, t0);

    EXPECT_EQ(window.sum(t0), most);
    EXPECT_EQ(window.sum(t0 + 61s), 0U);
}

// A log of every amount beside the window: the slow, obvious implementation.
class Log {
public:
    void add(std::int64_t slot, std::uint64_t amount) { slots_[slot] += amount; }
    void remove(std::int64_t slot, std::uint64_t amount) { slots_[slot] -= amount; }
    [[nodiscard]] std::uint64_t in(std::int64_t slot) const {
        const auto found = slots_.find(slot);
        return found == slots_.end() ? 0 : found->second;
    }
    [[nodiscard]] std::uint64_t sum(std::int64_t now) const {
        std::uint64_t total = 0;
        for (auto it = slots_.upper_bound(now - 61); it != slots_.end(); ++it) {
            total += it->second;
        }
        return total;
    }

private:
    std::map<std::int64_t, std::uint64_t> slots_;
};

TEST(SlidingWindow, AgreesWithALogOfEverythingUnderRandomHistories) {
    constexpr std::uint64_t seed = 20261122;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    Rng rng(seed);
    MinuteWindow window(1s);
    Log log;
    std::int64_t now = 0;
    const auto at = [](std::int64_t slot) { return t0 + std::chrono::seconds(slot) + 500ms; };

    for (int step = 0; step < 200'000; ++step) {
        now += rng.next() % 8 == 0 ? static_cast<std::int64_t>(rng.next() % 90) : 0;
        const std::int64_t then = now - static_cast<std::int64_t>(rng.next() % 70);
        const std::uint64_t amount = rng.next() % 50;
        switch (rng.next() % 3) {
            case 0: {
                const bool fits = log.sum(now) + amount <= 1000;
                ASSERT_EQ(window.take(amount, 1000, at(now)), fits) << "step " << step;
                if (fits) { log.add(now, amount); }
                break;
            }
            case 1:
                window.add(amount, at(then), at(now));
                if (then > now - 61) { log.add(then, amount); }
                break;
            default: {
                const std::uint64_t back = std::min(amount, log.in(then));
                window.give_back(back, at(then), at(now));
                if (then > now - 61) { log.remove(then, back); }
            }
        }
        ASSERT_EQ(window.sum(at(now)), log.sum(now)) << "step " << step;
    }
}

}  // namespace
}  // namespace spillway
