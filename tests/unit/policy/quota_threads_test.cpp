// Row L-1: eight threads on one quota of atomic words. The hand-held clock moves only while all of
// them stand at a barrier, so that the log of admissions has exact times; within a tick they race,
// over the change of slots too.
#include "fleet/shared.hpp"
#include "hand_time.hpp"
#include "spillway/policy/quota.hpp"
#include "spillway/random.hpp"
#include "support/plan_row.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <cstdio>
#include <thread>
#include <vector>

namespace spillway {
namespace {

using testing::Bound;
using testing::holds;

constexpr std::size_t threads = 8;
// Coarse, because a barrier costs more than what is tested; a slot of 1 s still begins in mid-race.
constexpr Duration tick = 500ms;
constexpr std::size_t minute_ticks = 120;
constexpr std::uint64_t seed = 20261122;

// Runs `work(thread, tick number)` on all threads, tick by tick.
template <class Work>
void run_ticks(int ticks, Work work) {
    std::barrier together(static_cast<std::ptrdiff_t>(threads));
    std::vector<std::thread> crew;
    for (std::size_t id = 0; id < threads; ++id) {
        crew.emplace_back([&, id] {
            for (int i = 0; i < ticks; ++i) {
                work(id, i);
                together.arrive_and_wait();
            }
        });
    }
    for (std::thread& thread : crew) { thread.join(); }
}

// What was admitted in each tick, by thread: no sharing while running, summed afterwards.
using Ledger = std::array<std::vector<std::uint64_t>, threads>;

std::vector<std::uint64_t> summed(const Ledger& ledger) {
    std::vector<std::uint64_t> total(ledger[0].size(), 0);
    for (const auto& own : ledger) {
        for (std::size_t i = 0; i < own.size(); ++i) { total[i] += own[i]; }
    }
    return total;
}

// The fullest span of `width` ticks, wherever it begins.
std::uint64_t fullest(const std::vector<std::uint64_t>& per_tick, std::size_t width) {
    std::uint64_t sum = 0;
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < per_tick.size(); ++i) {
        sum += per_tick[i];
        if (i >= width) { sum -= per_tick[i - width]; }
        most = std::max(most, sum);
    }
    return most;
}

// 12 x overload: 8 threads x 500 attempts x 2 ticks of 1.5 tokens a second against 1,000 tokens/s.
TEST(QuotaThreads, NeverExceedTheLimitInAnyMinute) {
    constexpr Tokens limit = 60'000;
    constexpr int ticks = 1220;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    Quota<AtomicWord> quota({.tpm = limit});
    Ledger ledger;
    ledger.fill(std::vector<std::uint64_t>(ticks, 0));

    run_ticks(ticks, [&](std::size_t thread, int i) {
        Rng rng(seed + thread * 1'000'003 + static_cast<std::uint64_t>(i));
        const TimePoint now = t0 + i * tick;
        for (int attempt = 0; attempt < 500; ++attempt) {
            const auto tokens = static_cast<Tokens>(1 + rng.next() % 2);
            if (quota.reserve(tokens, now) == QuotaAnswer::admitted) {
                ledger[thread][static_cast<std::size_t>(i)] += static_cast<std::uint64_t>(tokens);
            }
        }
    });

    const auto per_tick = summed(ledger);
    std::uint64_t total = 0;
    for (const std::uint64_t admitted : per_tick) { total += admitted; }
    const double minutes = ticks * std::chrono::duration<double>(tick).count() / 60.0;
    const double utilisation = static_cast<double>(total) / (minutes * limit);
    EXPECT_TRUE(holds({"L-1", static_cast<double>(fullest(per_tick, minute_ticks)) / limit,
                       "max-window/limit", Bound::at_most, 1.0}));
    EXPECT_TRUE(holds({"L-1", utilisation, "utilisation", Bound::at_least, 0.97}));
}

// Clock readings up to 3 s old, in any order. An admission counts from when it was made, so a span
// that is shorter by the delay still holds the limit.
TEST(QuotaThreads, NeverExceedTheLimitWithLateClockReadings) {
    constexpr std::uint64_t limit = 60'000;
    constexpr int ticks = 600;
    SlidingWindow<AtomicWord, 61> window(1s);
    Ledger ledger;
    ledger.fill(std::vector<std::uint64_t>(ticks, 0));

    run_ticks(ticks, [&](std::size_t thread, int i) {
        Rng rng(seed + thread * 7919 + static_cast<std::uint64_t>(i));
        for (int attempt = 0; attempt < 500; ++attempt) {
            const auto late = std::chrono::milliseconds(rng.next() % 3000);
            const std::uint64_t tokens = 1 + rng.next() % 2;
            if (window.take(tokens, limit, t0 + i * tick - late)) {
                ledger[thread][static_cast<std::size_t>(i)] += tokens;
            }
        }
    });

    const auto most = fullest(summed(ledger), minute_ticks - 3s / tick);
    EXPECT_TRUE(holds({"L-1", static_cast<double>(most) / limit, "max-window/limit(late-clocks)",
                       Bound::at_most, 1.0}));
}

// Everything at once, then silence: the count is what is outstanding, to the token.
TEST(QuotaThreads, CountsExactlyWhenQuiet) {
    constexpr int ticks = 80;  // 40 s: nothing expires by itself
    Quota<AtomicWord> quota({.tpm = 2'000'000'000, .rpm = 0, .settle_actual = true});
    Ledger kept;
    kept.fill(std::vector<std::uint64_t>(1, 0));

    run_ticks(ticks, [&](std::size_t thread, int i) {
        Rng rng(seed + thread * 31 + static_cast<std::uint64_t>(i));
        const TimePoint now = t0 + i * tick;
        for (int attempt = 0; attempt < 100; ++attempt) {
            const auto estimate = static_cast<Tokens>(1 + rng.next() % 1000);
            const auto actual = static_cast<Tokens>(rng.next() % 1500);
            ASSERT_EQ(quota.reserve(estimate, now), QuotaAnswer::admitted);
            if (rng.next() % 3 == 0) {
                quota.give_back({now, estimate}, now);
            } else {
                quota.settle({now, estimate}, actual, now);
                kept[thread][0] += static_cast<std::uint64_t>(actual);
            }
        }
    });

    EXPECT_EQ(quota.tokens_used(t0 + ticks * tick), static_cast<Tokens>(summed(kept)[0]));
}

// Slots that expire under everybody's hands: a window so short that each tick is a new slot.
TEST(QuotaThreads, LoseNothingWhileSlotsExpire) {
    constexpr int ticks = 2000;
    constexpr std::uint64_t limit = 1000;
    SlidingWindow<AtomicWord, 5> window(tick);
    Ledger ledger;
    ledger.fill(std::vector<std::uint64_t>(ticks, 0));

    run_ticks(ticks, [&](std::size_t thread, int i) {
        const TimePoint now = t0 + i * tick;
        for (int attempt = 0; attempt < 4; ++attempt) {
            if (window.take(40, limit, now)) { ledger[thread][static_cast<std::size_t>(i)] += 40; }
        }
    });

    EXPECT_LE(fullest(summed(ledger), 5), limit);
    EXPECT_EQ(window.sum(t0 + ticks * tick + 10s), 0U);
    EXPECT_TRUE(window.take(limit, limit, t0 + ticks * tick + 10s)) << "nothing stays behind";
}

// A reload changes the limits under traffic; afterwards the new ones hold.
TEST(QuotaThreads, ObeyTheLimitsOfAReload) {
    constexpr int ticks = 300;
    constexpr Tokens before = 120'000;
    constexpr Tokens after = 30'000;
    constexpr int reload_at = 100;
    Quota<AtomicWord> quota({.tpm = before});
    Ledger ledger;
    ledger.fill(std::vector<std::uint64_t>(ticks, 0));

    run_ticks(ticks, [&](std::size_t thread, int i) {
        if (thread == 0 && i == reload_at) { quota.rescale({.tpm = after}); }
        for (int attempt = 0; attempt < 50; ++attempt) {
            if (quota.reserve(100, t0 + i * tick) == QuotaAnswer::admitted) {
                ledger[thread][static_cast<std::size_t>(i)] += 100;
            }
        }
    });

    auto per_tick = summed(ledger);
    per_tick.erase(per_tick.begin(), per_tick.begin() + reload_at + 1);
    const auto most = fullest(per_tick, minute_ticks);
    EXPECT_LE(most, static_cast<std::uint64_t>(after));
    EXPECT_GT(most, static_cast<std::uint64_t>(after) * 9 / 10);
}

}  // namespace
}  // namespace spillway
