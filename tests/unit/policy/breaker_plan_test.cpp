// Rows B-1 to B-9 of the test plan as far as one breaker decides them; the same faults on sockets
// are the end-to-end tests' part.
#include "hand_time.hpp"
#include "spillway/policy/breaker.hpp"
#include "spillway/policy/classify.hpp"
#include "spillway/policy/cooldown.hpp"
#include "spillway/policy/window.hpp"
#include "support/plan_row.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <vector>

namespace spillway {
namespace {

using State = Breaker::State;
using testing::Bound;
using testing::holds;

constexpr BreakerParams params;

// One breaker with its rate window, asked and told the way the fleet does it.
class Patient {
public:
    explicit Patient(std::uint64_t seed) : rng_(seed) {}

    // An attempt that ends at once; false when it was not admitted.
    bool attempt(Effect effect, TimePoint now) {
        const auto ticket = breaker.admit(now, params);
        if (!ticket) { return false; }
        report(*ticket, effect, now);
        return true;
    }
    void report(Breaker::Ticket ticket, Effect effect, TimePoint now) {
        if (effect == Effect::ok) { ok_.add(1, now, now); }
        if (effect == Effect::hard || effect == Effect::local || effect == Effect::soft) {
            failed_.add(1, now, now);
        }
        const Breaker::Evidence evidence{.counts = {ok_.sum(now), failed_.sum(now)}};
        breaker.report(ticket, effect, evidence, params, now, rng_);
    }
    // Opens it at `now`; returns when the first probe may go.
    TimePoint break_down(TimePoint now) {
        while (attempt(Effect::hard, now)) {}
        return breaker.reopens_at();
    }

    Breaker breaker;

private:
    Rng rng_;
    SlidingWindow<PlainWord, 11> ok_{3s};
    SlidingWindow<PlainWord, 11> failed_{3s};
};

double attempts_until_open(Effect effect, Duration interval) {
    Patient patient(1);
    int attempts = 0;
    while (patient.breaker.state() == State::closed) {
        patient.attempt(effect, t0 + attempts * interval);
        ++attempts;
    }
    return attempts;
}

TEST(BreakerPlan, DetectsATotalOutage) {
    const double errors = attempts_until_open(classify(ErrorFacts{.status = 500}).effect, 1ms);
    const double
        refusals = attempts_until_open(classify(Failure{Stage::connect, Cause::refused, {}}).effect,
                                       1ms);

    EXPECT_TRUE(holds({"B-1", errors, "requests-to-trip(500)", Bound::exactly, 5}));
    EXPECT_TRUE(holds({"B-1", refusals, "requests-to-trip(refused)", Bound::exactly, 3}));
}

// Failures spread evenly, so that no run of them trips the other rule.
bool fails(int request, int percent) {
    return (request + 1) * percent / 100 != request * percent / 100;
}

TEST(BreakerPlan, DetectsAPartialOutageByItsRate) {
    Patient sick(1);
    Patient ailing(2);
    int tripped_after = 0;
    for (int i = 0; i < 20 * 600; ++i) {
        const TimePoint now = t0 + i * 50ms;
        const bool admitted = sick.attempt(fails(i, 60) ? Effect::hard : Effect::ok, now);
        if (!admitted && tripped_after == 0) { tripped_after = i; }
        ASSERT_TRUE(ailing.attempt(fails(i, 30) ? Effect::hard : Effect::ok, now));
    }

    EXPECT_TRUE(holds({"B-2", tripped_after / 20.0, "s-to-trip(60%,20rps)", Bound::at_most, 6}));
    EXPECT_EQ(ailing.breaker.state(), State::closed);
}

TEST(BreakerPlan, DetectsAnOutageAtLowVolume) {
    EXPECT_TRUE(holds({"B-3", attempts_until_open(Effect::hard, 10s), "requests-to-trip(0.1rps)",
                       Bound::exactly, 5}));
}

TEST(BreakerPlan, TakesAFloodOf429sForAnythingButAnOutage) {
    const Verdict throttled = classify(ErrorFacts{.status = 429, .quota_headers = true});
    Patient patient(1);
    Cooldown cooldown;
    int against_the_hint = 0;
    int opens = 0;
    TimePoint told_until = t0;
    for (int i = 0; i < 10 * 300; ++i) {
        const TimePoint now = t0 + i * 100ms;
        if (cooldown.cooling(now)) { continue; }
        against_the_hint += now < told_until;
        ASSERT_TRUE(throttled.throttle);
        cooldown.throttled(7s, {}, now);
        told_until = now + 7s;
        opens += !patient.attempt(throttled.effect, now);
    }

    EXPECT_TRUE(holds({"B-4", opens * 1.0, "opens", Bound::exactly, 0}));
    EXPECT_TRUE(holds({"B-4", against_the_hint * 1.0, "requests-during-cool-down", Bound::exactly,
                       0}));
}

// Every way a probe can end without a verdict on the upstream.
TEST(BreakerPlan, NeverLosesTheProbeSlot) {
    const Effect endings[] = {
        classify(ErrorFacts{.status = 429}).effect,
        classify(Failure{Stage::caller, Cause::closed, {}}).effect,
        classify(ErrorFacts{.status = 400}).effect,
        classify(Failure{Stage::head, Cause::deadline, {}}).effect,
        classify(Failure{Stage::head, Cause::cancelled, {}}).effect,
    };
    int stuck = 0;
    for (const Effect ending : endings) {
        for (std::uint64_t round = 0; round < 1000; ++round) {
            Patient patient(round);
            const TimePoint due = patient.break_down(t0);
            ASSERT_TRUE(patient.attempt(ending, due));
            stuck += !patient.attempt(Effect::ok, due);
        }
    }

    EXPECT_TRUE(holds({"B-5", stuck * 1.0, "stuck-of-5000", Bound::exactly, 0}));
}

TEST(BreakerPlan, IgnoresResultsOfAnEarlierEra) {
    Patient patient(1);
    std::vector<Breaker::Ticket> slow;
    for (int i = 0; i < 50; ++i) { slow.push_back(patient.breaker.admit(t0, params).value()); }
    const TimePoint due = patient.break_down(t0);
    int wrong = 0;
    const auto finish = [&](std::size_t i, TimePoint now) {
        const Breaker before = patient.breaker;
        patient.report(slow[i], i % 2 == 0 ? Effect::ok : Effect::hard, now);
        wrong += patient.breaker != before;
    };

    for (std::size_t i = 0; i < 25; ++i) { finish(i, t0 + 1s); }
    ASSERT_EQ(patient.breaker.state(), State::open);
    ASSERT_TRUE(patient.breaker.admit(due, params));
    for (std::size_t i = 25; i < 50; ++i) { finish(i, due); }

    EXPECT_TRUE(holds({"B-6", wrong * 1.0, "wrong-transitions-of-50", Bound::exactly, 0}));
}

// The upstream accepts and never answers: each probe is held until its response-head clock ends it.
TEST(BreakerPlan, RisksOneRequestAtATimeOnAnUpstreamThatHangs) {
    constexpr Duration head_clock = 30s;
    Patient patient(1);
    patient.break_down(t0);
    const Effect timed_out = classify(Failure{Stage::head, Cause::timeout, {}}).effect;
    struct Held {
        Breaker::Ticket ticket;
        TimePoint until;
    };
    std::vector<Held> held;
    std::size_t held_most = 0;
    int held_ever = 0;
    constexpr int requests = 10 * 600;
    for (int i = 0; i < requests; ++i) {
        const TimePoint now = t0 + i * 100ms;
        if (!held.empty() && held.front().until <= now) {
            patient.report(held.front().ticket, timed_out, now);
            held.erase(held.begin());
        }
        if (const auto ticket = patient.breaker.admit(now, params)) {
            held.push_back({*ticket, now + head_clock});
            ++held_ever;
        }
        held_most = std::max(held_most, held.size());
    }

    EXPECT_TRUE(holds({"B-7", static_cast<double>(held_most), "held-at-once", Bound::exactly, 1}));
    EXPECT_TRUE(holds({"B-7", 1.0 + static_cast<double>(held_ever) / requests, "attempts/request",
                       Bound::at_most, 1.05}));
}

// Times of the probes of one replica in an outage that lasts ten minutes.
std::vector<TimePoint> probes_of(std::uint64_t seed) {
    Patient patient(seed);
    std::vector<TimePoint> probes;
    for (TimePoint due = patient.break_down(t0); due < t0 + 600s;
         due = patient.breaker.reopens_at()) {
        probes.push_back(due);
        patient.attempt(Effect::hard, due);
    }
    return probes;
}

double most_within(std::vector<TimePoint>& probes, Duration span) {
    std::sort(probes.begin(), probes.end());
    std::ptrdiff_t most = 0;
    for (auto first = probes.begin(); first != probes.end(); ++first) {
        most = std::max(most, std::lower_bound(first, probes.end(), *first + span) - first);
    }
    return static_cast<double>(most);
}

double percentile(std::vector<double>& values, std::size_t percent) {
    std::sort(values.begin(), values.end());
    return values[(values.size() - 1) * percent / 100];
}

// Twenty replicas see the same outage at the same instant. The first waits are 2.5 .. 5 s: twenty
// independent draws cannot keep below five in the fullest quarter second. Once the back-off has
// reached its cap they do; docs/decisions/0007.
TEST(BreakerPlan, SpreadsTheProbesOfReplicasThatOpenedTogether) {
    constexpr auto backed_off = t0 + 120s;
    std::vector<double> early;
    std::vector<double> late;
    for (std::uint64_t fleet = 0; fleet < 1000; ++fleet) {
        std::vector<TimePoint> first;
        std::vector<TimePoint> later;
        for (std::uint64_t replica = 0; replica < 20; ++replica) {
            const auto probes = probes_of(fleet * 20 + replica + 1);
            first.push_back(probes.front());
            std::copy_if(probes.begin(), probes.end(), std::back_inserter(later),
                         [&](TimePoint at) { return at >= backed_off; });
        }
        early.push_back(most_within(first, 250ms));
        late.push_back(most_within(later, 250ms));
    }

    std::printf("first wave of 20: fullest 250 ms median %g, p99 %g\n", percentile(early, 50),
                percentile(early, 99));
    EXPECT_LE(percentile(early, 99), 10.0) << "without jitter: 20";
    EXPECT_TRUE(holds({"B-8", percentile(late, 99), "probes/250ms(backed-off,p99)", Bound::at_most,
                       4}));
}

TEST(BreakerPlan, BacksOffAsPlanned) {
    const Duration planned[] = {5s, 10s, 20s, 40s, 60s, 60s, 60s};
    int outside = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        Patient patient(seed);
        TimePoint now = t0;
        patient.break_down(now);
        for (const Duration d : planned) {
            const Duration wait = patient.breaker.reopens_at() - now;
            outside += wait < d / 2 || wait > d;
            now = patient.breaker.reopens_at();
            ASSERT_TRUE(patient.attempt(Effect::hard, now));
        }
    }

    EXPECT_TRUE(holds({"B-9", outside * 1.0, "waits-outside-[d/2,d]-of-7000", Bound::exactly, 0}));
}

}  // namespace
}  // namespace spillway
