#include "spillway/policy/commit.hpp"

#include "hand_time.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using Decision = CommitGate::Decision;

constexpr CommitBounds bounds{.bytes = 1000, .events = 4, .after = 10s};

TEST(CommitGate, OpensWithTheFirstOutput) {
    CommitGate gate(bounds, t0);

    EXPECT_EQ(gate.on_event(EventKind::preamble), Decision::hold);
    EXPECT_EQ(gate.on_event(EventKind::committing), Decision::open);
}

TEST(CommitGate, OpensForAnAnswerThatIsCompleteWithoutOutput) {
    CommitGate gate(bounds, t0);

    EXPECT_EQ(gate.on_event(EventKind::terminal), Decision::open);
}

TEST(CommitGate, GoesElsewhereOnAnErrorBeforeOutput) {
    CommitGate gate(bounds, t0);

    EXPECT_EQ(gate.on_event(EventKind::preamble), Decision::hold);
    EXPECT_EQ(gate.on_event(EventKind::error), Decision::elsewhere);
}

TEST(CommitGate, HoldsNoMoreEventsThanItMay) {
    CommitGate gate(bounds, t0);
    for (int i = 0; i < 3; ++i) { ASSERT_EQ(gate.on_event(EventKind::preamble), Decision::hold); }

    EXPECT_EQ(gate.on_event(EventKind::preamble), Decision::open);
}

TEST(CommitGate, HoldsNoMoreBytesThanItMay) {
    const CommitGate gate(bounds, t0);

    EXPECT_EQ(gate.on_bytes(999), Decision::hold);
    EXPECT_EQ(gate.on_bytes(1000), Decision::open);
}

TEST(CommitGate, OpensForAStreamThatHasBegunAndThinks) {
    CommitGate gate(bounds, t0);
    ASSERT_EQ(gate.on_event(EventKind::preamble), Decision::hold);

    EXPECT_EQ(gate.wakes_at(), t0 + 10s);
    EXPECT_EQ(gate.on_time(t0 + 10s - 1ns), Decision::hold);
    EXPECT_EQ(gate.on_time(t0 + 10s), Decision::open);
}

TEST(CommitGate, WaitsForAStreamThatHasOnlyKeptItsConnectionAlive) {
    CommitGate gate(bounds, t0);
    for (int i = 0; i < 100; ++i) { ASSERT_EQ(gate.on_event(EventKind::silence), Decision::hold); }

    EXPECT_EQ(gate.wakes_at(), never);
    EXPECT_EQ(gate.on_time(t0 + 1h), Decision::hold);
}

}  // namespace
}  // namespace spillway
