#include "spillway/policy/clocks.hpp"

#include "hand_time.hpp"

#include <gtest/gtest.h>

#include <set>

namespace spillway {
namespace {

using Phase = Clocks::Phase;

constexpr Timeouts timeouts{
    .connect = 2s, .response_head = 60s, .first_event = 20s, .between_events = 30s, .total = 600s};

TEST(Clocks, EveryPhaseHasItsOwnLimit) {
    struct Case {
        Phase phase;
        Duration limit;
    };
    for (const Case& c : {Case{Phase::connect, 2s}, Case{Phase::tls, 3s},
                          Case{Phase::response_head, 60s}, Case{Phase::first_event, 20s},
                          Case{Phase::between_events, 30s}, Case{Phase::body, 30s}}) {
        Clocks clocks(timeouts, t0);
        clocks.enter(c.phase, t0 + 1s);
        EXPECT_EQ(clocks.deadline(), t0 + 1s + c.limit) << name(c.phase);
        EXPECT_EQ(clocks.phase(), c.phase);
    }
}

TEST(Clocks, StartsWithConnecting) {
    const Clocks clocks(timeouts, t0);

    EXPECT_EQ(clocks.phase(), Phase::connect);
    EXPECT_EQ(clocks.deadline(), t0 + 2s);
}

TEST(Clocks, EveryEventStartsTheGapAnew) {
    Clocks clocks(timeouts, t0);

    for (int i = 0; i < 10; ++i) { clocks.enter(Phase::between_events, t0 + i * 29s); }

    EXPECT_EQ(clocks.deadline(), t0 + 9 * 29s + 30s);
}

TEST(Clocks, TheTotalRulesOverEveryPhase) {
    Clocks clocks(timeouts, t0);
    clocks.enter(Phase::between_events, t0 + 590s);

    EXPECT_EQ(clocks.deadline(), t0 + 600s);
    EXPECT_EQ(clocks.total_deadline(), t0 + 600s);
    EXPECT_FALSE(clocks.total_expired(t0 + 600s - 1ns));
    EXPECT_TRUE(clocks.total_expired(t0 + 600s));
}

TEST(Clocks, EveryPhaseHasItsOwnName) {
    std::set<std::string_view> names;
    for (unsigned phase = 0; phase <= static_cast<unsigned>(Phase::body); ++phase) {
        names.insert(name(static_cast<Phase>(phase)));
    }

    EXPECT_EQ(names.size(), 6U);
    EXPECT_EQ(names.count("unknown"), 0U);
}

}  // namespace
}  // namespace spillway
