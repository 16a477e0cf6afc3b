// The simulator's accounting: Azure's minute counter and ten-second request windows.

#include "sim/meter.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace spillway_sim {
namespace {

using namespace std::chrono_literals;

const TimePoint t0{1000s};

TEST(Meter, RefusesTokensBeyondTheLimitUntilTheMinuteIsOver) {
    Meter meter({.tokens = 100, .requests = 0}, t0);

    EXPECT_EQ(meter.admit(100, t0 + 1s), Admission::admitted);
    EXPECT_EQ(meter.admit(1, t0 + 59s), Admission::over_tokens);
    EXPECT_EQ(meter.admit(1, t0 + 60s), Admission::admitted);
}

TEST(Meter, ChargesNothingForARefusedRequest) {
    Meter meter({.tokens = 100, .requests = 0}, t0);

    EXPECT_EQ(meter.admit(101, t0), Admission::over_tokens);
    EXPECT_EQ(meter.admit(100, t0), Admission::admitted);
    EXPECT_EQ(meter.tokens_admitted(), 100);
}

TEST(Meter, JudgesRequestsOverTenSeconds) {
    Meter meter({.tokens = 0, .requests = 12}, t0);

    EXPECT_EQ(meter.admit(1, t0), Admission::admitted);
    EXPECT_EQ(meter.admit(1, t0), Admission::admitted);
    EXPECT_EQ(meter.admit(1, t0 + 9s), Admission::over_requests);
    EXPECT_EQ(meter.admit(1, t0 + 10s), Admission::admitted);
}

TEST(Meter, TellsWhatRemainsAndWhenItStartsAnew) {
    Meter meter({.tokens = 100, .requests = 120}, t0);
    ASSERT_EQ(meter.admit(30, t0 + 1s), Admission::admitted);

    const Meter::Reading reading = meter.read(t0 + 15s);

    EXPECT_EQ(reading.remaining_tokens, 70);
    EXPECT_EQ(reading.remaining_requests, 20);
    EXPECT_EQ(reading.tokens_reset, 45s);
    EXPECT_EQ(reading.requests_reset, 5s);
}

TEST(Meter, CountsTheMostTokensOfAnySixtySecondsAcrossMinutes) {
    Meter meter({.tokens = 100, .requests = 0}, t0);

    ASSERT_EQ(meter.admit(90, t0 + 59s), Admission::admitted);
    ASSERT_EQ(meter.admit(80, t0 + 61s), Admission::admitted);

    EXPECT_EQ(meter.max_tokens_in_60s(), 170);
}

TEST(Meter, NeverAdmitsMoreThanTheLimitInOneOfItsMinutes) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Meter meter({.tokens = 1000, .requests = 0}, t0);
    std::int64_t minute = 0;
    std::int64_t used = 0;

    for (TimePoint now = t0; now < t0 + 1h; now += std::chrono::milliseconds(random() % 2000)) {
        const std::int64_t tokens = random() % 120;
        if ((now - t0) / 60s != minute) {
            minute = (now - t0) / 60s;
            used = 0;
        }
        if (meter.admit(tokens, now) == Admission::admitted) { used += tokens; }
        ASSERT_LE(used, 1000);
    }
    EXPECT_LE(meter.max_tokens_in_60s(), 2000);
}

}  // namespace
}  // namespace spillway_sim
