#include "spillway/policy/breaker.hpp"

#include "hand_time.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using State = Breaker::State;
using Why = Breaker::Reason;
using Access = Breaker::Access;

constexpr BreakerParams params;

// A breaker and what it needs to be asked, with the happy path in one line.
class BreakerRule : public ::testing::Test {
protected:
    std::optional<Breaker::Transition> report(Effect effect, TimePoint now,
                                              const Breaker::Evidence& evidence = {}) {
        const auto ticket = breaker.admit(now, params);
        return ticket ? breaker.report(*ticket, effect, evidence, params, now, rng) : std::nullopt;
    }
    // Opens at `now` and returns the time at which a probe may go.
    TimePoint open(TimePoint now) {
        for (int i = 0; i < params.consecutive_failures; ++i) { report(Effect::hard, now); }
        EXPECT_EQ(breaker.state(), State::open);
        return breaker.reopens_at();
    }
    // Opens at `now` and leaves it half-open with a probe under way.
    Breaker::Ticket probe(TimePoint now) {
        const TimePoint due = open(now);
        probed_at = due;
        return breaker.admit(due, params).value();
    }

    Breaker breaker;
    Rng rng{7};
    TimePoint probed_at{};
};

TEST_F(BreakerRule, OpensAfterFiveHardFailuresInARow) {
    for (int i = 0; i < 4; ++i) { EXPECT_FALSE(report(Effect::hard, t0)); }

    const auto transition = report(Effect::hard, t0);

    ASSERT_TRUE(transition);
    EXPECT_EQ(transition->from, State::closed);
    EXPECT_EQ(transition->to, State::open);
    EXPECT_EQ(transition->reason, Why::consecutive);
    EXPECT_EQ(breaker.reason(), Why::consecutive);
}

TEST_F(BreakerRule, OpensAfterThreeLocalFailures) {
    report(Effect::local, t0);
    report(Effect::local, t0);

    const auto transition = report(Effect::local, t0);

    ASSERT_TRUE(transition);
    EXPECT_EQ(transition->reason, Why::local);
}

TEST_F(BreakerRule, AnAnswerOfAnyKindBreaksARunOfLocalFailures) {
    report(Effect::local, t0);
    report(Effect::local, t0);
    report(Effect::hard, t0);

    EXPECT_FALSE(report(Effect::local, t0));
    EXPECT_EQ(report(Effect::local, t0)->reason, Why::consecutive);
}

TEST_F(BreakerRule, ASuccessBreaksTheRun) {
    for (int i = 0; i < 4; ++i) { report(Effect::hard, t0); }
    report(Effect::ok, t0);
    EXPECT_TRUE(breaker.untroubled());

    for (int i = 0; i < 4; ++i) { report(Effect::hard, t0); }

    EXPECT_EQ(breaker.state(), State::closed);
}

TEST_F(BreakerRule, OpensWhenHalfOfEnoughOutcomesFailed) {
    const Breaker::Evidence below{.counts = {.ok = 11, .failed = 10}};
    const Breaker::Evidence few{.counts = {.ok = 0, .failed = 19}};
    const Breaker::Evidence half{.counts = {.ok = 10, .failed = 10}};

    EXPECT_FALSE(report(Effect::soft, t0, below));
    EXPECT_FALSE(report(Effect::soft, t0, few));
    const auto transition = report(Effect::soft, t0, half);

    ASSERT_TRUE(transition);
    EXPECT_EQ(transition->reason, Why::rate);
}

TEST_F(BreakerRule, SoftFailuresNeverOpenItByTheirNumberInARow) {
    for (int i = 0; i < 300; ++i) { report(Effect::soft, t0); }

    EXPECT_EQ(breaker.state(), State::closed);
}

TEST_F(BreakerRule, NeutralOutcomesChangeNothing) {
    for (int i = 0; i < 4; ++i) { report(Effect::hard, t0); }
    const Breaker before = breaker;
    const Breaker::Evidence all_failed{.counts = {.ok = 0, .failed = 100}};

    EXPECT_FALSE(report(Effect::neutral, t0, all_failed));

    EXPECT_EQ(breaker, before);
}

TEST_F(BreakerRule, OpensAtOnceForAMinuteWhenMisconfigured) {
    const auto transition = report(Effect::misconfigured, t0);

    ASSERT_TRUE(transition);
    EXPECT_EQ(transition->reason, Why::misconfigured);
    EXPECT_EQ(breaker.reopens_at(), t0 + 60s);
}

TEST_F(BreakerRule, AdmitsNobodyWhileOpen) {
    const TimePoint due = open(t0);

    EXPECT_EQ(breaker.would_admit(due - 1ns), Access::no);
    EXPECT_FALSE(breaker.admit(due - 1ns, params));
    EXPECT_EQ(breaker.would_admit(due), Access::probe);
    EXPECT_EQ(breaker.state(), State::open);
}

TEST_F(BreakerRule, StaysOpenUntilTheHintHasPassed) {
    for (int i = 0; i < 4; ++i) { report(Effect::hard, t0); }
    report(Effect::hard, t0, {.counts = {}, .wait_at_least = 42s});

    EXPECT_EQ(breaker.reopens_at(), t0 + 42s);
}

TEST_F(BreakerRule, BelievesNoHintBeyondItsLongestWait) {
    for (int i = 0; i < 4; ++i) { report(Effect::hard, t0); }
    report(Effect::hard, t0, {.counts = {}, .wait_at_least = 24h});

    EXPECT_EQ(breaker.reopens_at(), t0 + 60s);
}

TEST_F(BreakerRule, LetsOneProbeThroughAtATime) {
    const auto ticket = probe(t0);

    EXPECT_TRUE(ticket.probe);
    EXPECT_EQ(breaker.state(), State::half_open);
    EXPECT_EQ(breaker.would_admit(probed_at), Access::probing);
    EXPECT_FALSE(breaker.admit(probed_at, params));
    EXPECT_EQ(breaker.reopens_at(), probed_at + params.probe_lease);
}

TEST_F(BreakerRule, ClosesAfterTwoGoodProbes) {
    breaker.report(probe(t0), Effect::ok, {}, params, probed_at, rng);
    EXPECT_EQ(breaker.state(), State::half_open);

    const auto transition = report(Effect::ok, probed_at);

    ASSERT_TRUE(transition);
    EXPECT_EQ(transition->to, State::closed);
    EXPECT_EQ(transition->reason, Why::recovered);
    EXPECT_TRUE(breaker.untroubled());
}

TEST_F(BreakerRule, AFailedProbeOpensItForLonger) {
    breaker.report(probe(t0), Effect::hard, {}, params, probed_at, rng);

    EXPECT_EQ(breaker.state(), State::open);
    EXPECT_EQ(breaker.reason(), Why::probe_failed);
    EXPECT_GE(breaker.reopens_at(), probed_at + 5s);
    EXPECT_LE(breaker.reopens_at(), probed_at + 10s);
}

TEST_F(BreakerRule, ASoftProbeCostsTheRunButNotTheSlot) {
    breaker.report(probe(t0), Effect::ok, {}, params, probed_at, rng);
    report(Effect::soft, probed_at);
    report(Effect::ok, probed_at);

    EXPECT_EQ(breaker.state(), State::half_open);
    EXPECT_EQ(breaker.would_admit(probed_at), Access::probe);
}

TEST_F(BreakerRule, ASilentProbeLosesItsSlotAndItsVoice) {
    const auto silent = probe(t0);
    const TimePoint out = probed_at + params.probe_lease;

    EXPECT_FALSE(breaker.admit(out - 1ns, params));
    const auto next = breaker.admit(out, params);
    ASSERT_TRUE(next);
    const Breaker before = breaker;
    breaker.report(silent, Effect::hard, {}, params, out, rng);

    EXPECT_EQ(breaker, before);
}

TEST_F(BreakerRule, ForgetsAnOpeningPerHealthyMinute) {
    const auto spread = [this](TimePoint now) { return open(now) - now; };
    TimePoint now = t0;
    for (int i = 0; i < 4; ++i) {  // four openings in a row: the next would wait 40 .. 60 s
        now = open(now);
        report(Effect::ok, now);
        report(Effect::ok, now);
        ASSERT_EQ(breaker.state(), State::closed);
    }

    EXPECT_LE(spread(now + 4 * 60s), 5s);
}

TEST_F(BreakerRule, RemembersOpeningsWithinTheMinute) {
    const TimePoint now = open(t0);
    report(Effect::ok, now);
    report(Effect::ok, now);

    const TimePoint again = open(now + 59s);

    EXPECT_GE(again - (now + 59s), 5s);
}

TEST_F(BreakerRule, TripsFromOutsideOnlyWhileClosed) {
    ASSERT_TRUE(breaker.trip(Why::region, params, t0, rng));
    EXPECT_EQ(breaker.reason(), Why::region);
    const Breaker before = breaker;

    EXPECT_FALSE(breaker.trip(Why::region, params, t0 + 1s, rng));

    EXPECT_EQ(breaker, before);
}

TEST_F(BreakerRule, PanicPassesAnOpenBreakerWithoutTouchingItsSchedule) {
    open(t0);
    const Breaker before = breaker;

    const auto ticket = breaker.admit_in_panic(t0, params);
    EXPECT_FALSE(ticket.probe);
    breaker.report(ticket, Effect::hard, {}, params, t0 + 1s, rng);

    EXPECT_EQ(breaker, before);
}

TEST_F(BreakerRule, ASuccessInPanicCountsAsAProbe) {
    open(t0);
    const auto ticket = breaker.admit_in_panic(t0, params);

    breaker.report(ticket, Effect::ok, {}, params, t0 + 1s, rng);
    EXPECT_EQ(breaker.state(), State::half_open);
    report(Effect::ok, t0 + 1s);

    EXPECT_EQ(breaker.state(), State::closed);
}

TEST_F(BreakerRule, PanicBesideAProbeLeavesItsSlotAlone) {
    const auto holder = probe(t0);

    const auto ticket = breaker.admit_in_panic(probed_at, params);
    breaker.report(ticket, Effect::neutral, {}, params, probed_at, rng);
    EXPECT_EQ(breaker.would_admit(probed_at), Access::probing);
    breaker.report(holder, Effect::ok, {}, params, probed_at, rng);

    EXPECT_EQ(breaker.would_admit(probed_at), Access::probe);
}

TEST_F(BreakerRule, RampsUpOnlyAfterHavingBeenOpen) {
    EXPECT_EQ(breaker.ramp_factor(t0, params), 1.0);
    const TimePoint now = open(t0);
    report(Effect::ok, now);
    report(Effect::ok, now);

    EXPECT_DOUBLE_EQ(breaker.ramp_factor(now, params), 0.1);
    EXPECT_DOUBLE_EQ(breaker.ramp_factor(now + 15s, params), 0.55);
    EXPECT_DOUBLE_EQ(breaker.ramp_factor(now + 30s, params), 1.0);
    EXPECT_DOUBLE_EQ(breaker.ramp_factor(now + 1h, params), 1.0);
    EXPECT_DOUBLE_EQ(breaker.ramp_factor(now, {.ramp = 0s}), 1.0);
}

TEST(Slowness, NeedsTenStartsAndASwitch) {
    const BreakerParams on{.slow_start = 3s};

    EXPECT_TRUE(is_degraded({.slow = 8, .all = 10}, on));
    EXPECT_FALSE(is_degraded({.slow = 7, .all = 10}, on));
    EXPECT_FALSE(is_degraded({.slow = 9, .all = 9}, on));
    EXPECT_FALSE(is_degraded({.slow = 10, .all = 10}, params));
}

TEST(BreakerNames, SayWhatHappened) {
    EXPECT_EQ(name(State::half_open), "half_open");
    EXPECT_EQ(name(Why::probe_failed), "probe_failed");
    EXPECT_EQ(name(static_cast<Why>(static_cast<unsigned>(Why::recovered) + 1)), "unknown");
}

}  // namespace
}  // namespace spillway
