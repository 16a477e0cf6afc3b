#include "identity/caller_share.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

namespace spillway {
namespace {

using namespace std::chrono_literals;

const TimePoint t0{1000s};

CallerConfig bounded(Tokens tpm, std::int64_t rpm, std::uint32_t streams) {
    CallerConfig caller;
    caller.name = "agents";
    caller.tpm = tpm;
    caller.rpm = rpm;
    caller.streams = streams;
    return caller;
}

std::optional<SharePermit> taken(CallerShare& share, Tokens tokens, TimePoint now) {
    auto answer = share.take(tokens, now);
    if (std::holds_alternative<ShareRefusal>(answer)) { return std::nullopt; }
    return std::get<SharePermit>(std::move(answer));
}

ShareRefusal refusal(CallerShare& share, Tokens tokens, TimePoint now) {
    return std::get<ShareRefusal>(share.take(tokens, now));
}

TEST(CallerShare, AdmitsTheTokensOfAMinuteAndSaysWhenTheNextAre) {
    CallerShare share(bounded(1000, 0, 0));
    ASSERT_TRUE(taken(share, 900, t0));

    const ShareRefusal refused = refusal(share, 200, t0 + 1s);

    EXPECT_EQ(refused.reason, Denial::tokens);
    EXPECT_GE(refused.ready_at, t0 + 60s);
    EXPECT_TRUE(taken(share, 200, refused.ready_at));
}

TEST(CallerShare, WhatCanNeverFitIsReadyNever) {
    CallerShare share(bounded(1000, 0, 0));

    EXPECT_EQ(refusal(share, 1001, t0).ready_at, never);
}

TEST(CallerShare, GivesBackWhatWasNotUsedAndChargesWhatWasUsedBeyond) {
    CallerShare share(bounded(1000, 0, 0));

    taken(share, 900, t0)->settle(100, t0 + 1s);
    EXPECT_TRUE(taken(share, 900, t0 + 2s));

    CallerShare other(bounded(1000, 0, 0));
    taken(other, 100, t0)->settle(950, t0 + 1s);
    EXPECT_FALSE(taken(other, 100, t0 + 2s));
}

TEST(CallerShare, CountsRequestsWhateverCameOfThem) {
    CallerShare share(bounded(0, 60, 0));  // of which ten in ten seconds
    for (int i = 0; i < 10; ++i) { taken(share, 1, t0)->settle(0, t0); }

    EXPECT_EQ(refusal(share, 1, t0).reason, Denial::requests);
    EXPECT_TRUE(taken(share, 1, t0 + 11s));
}

TEST(CallerShare, BoundsRequestsThatRunAtTheSameTime) {
    CallerShare share(bounded(0, 0, 2));
    std::optional<SharePermit> first = taken(share, 1, t0);
    const std::optional<SharePermit> second = taken(share, 1, t0);

    EXPECT_EQ(refusal(share, 1, t0).reason, Denial::streams);
    first.reset();
    EXPECT_TRUE(taken(share, 1, t0));
    EXPECT_EQ(share.running(), 1U);
}

TEST(CallerShare, ARefusalLeavesNothingRunning) {
    CallerShare share(bounded(10, 0, 1));

    EXPECT_EQ(refusal(share, 11, t0).reason, Denial::tokens);
    EXPECT_TRUE(taken(share, 10, t0));
}

TEST(CallerShare, HoldsUnderManyThreads) {
    CallerShare share(bounded(1000, 0, 3));
    std::atomic<Tokens> admitted{0};
    std::atomic<std::uint32_t> most{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 2000; ++n) {
                if (const auto permit = taken(share, 1, t0)) {
                    admitted += 1;
                    most = std::max(most.load(), share.running());
                }
            }
        });
    }
    threads.clear();

    EXPECT_LE(admitted.load(), 1000);
    EXPECT_LE(most.load(), 4U + 3U);  // a refused one is counted for the moment of its refusal
    EXPECT_EQ(share.running(), 0U);
}

TEST(CallerShares, SurviveAReloadWithOtherLimits) {
    CallerShares shares;
    const auto before = shares.of(bounded(1000, 0, 0));
    ASSERT_TRUE(taken(*before, 1000, t0));

    const auto after = shares.of(bounded(2000, 0, 0));
    EXPECT_EQ(before, after);
    EXPECT_FALSE(taken(*after, 1, t0));
    after->change(bounded(2000, 0, 0));
    EXPECT_TRUE(taken(*after, 1000, t0));
}

}  // namespace
}  // namespace spillway
