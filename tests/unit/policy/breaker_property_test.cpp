// The invariants of reliability.md §2.4 over random histories: attempts that overlap, report late
// or never, with every effect, while time jumps.
#include "spillway/policy/breaker.hpp"

#include "hand_time.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <set>
#include <vector>

namespace spillway {
namespace {

using State = Breaker::State;

constexpr BreakerParams params;

class History {
public:
    explicit History(std::uint64_t seed) : rng_(seed) {}

    void run(int steps) {
        for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) {
            now_ += std::chrono::milliseconds(rng_.next() % 64 == 0 ? rng_.next() % 90'000
                                                                    : rng_.next() % 400);
            rng_.next() % 3 == 0 ? finish_one() : start_one();
        }
    }

    // Lets every attempt end without a word.
    void quiet() {
        while (!running_.empty()) { finish(Effect::neutral); }
        ASSERT_FALSE(breaker_.state() == State::half_open &&
                     breaker_.would_admit(now_) == Breaker::Access::probing)
            << "a slot outlived its holder";
    }

private:
    void start_one() {
        const Breaker before = breaker_;
        const auto expected = before.would_admit(now_);
        const bool panic = rng_.next() % 16 == 0;
        const auto ticket = panic ? std::optional(breaker_.admit_in_panic(now_, params))
                                  : breaker_.admit(now_, params);
        if (!panic) {
            const bool admitted = expected == Breaker::Access::yes ||
                                  expected == Breaker::Access::probe;
            ASSERT_EQ(ticket.has_value(), admitted) << "the question and the act disagree";
        }
        if (!ticket) { return; }
        if (ticket->probe) {
            ASSERT_TRUE(probes_.insert(unrolled_generation()).second)
                << "two probes in one generation";
        }
        check_change(before);
        running_.push_back(*ticket);
    }

    void finish_one() {
        // In order of likelihood of §2.2; more failures than in life.
        static constexpr Effect effects[] = {Effect::ok,   Effect::ok,      Effect::hard,
                                             Effect::hard, Effect::local,   Effect::soft,
                                             Effect::ok,   Effect::neutral, Effect::misconfigured};
        if (!running_.empty()) { finish(effects[rng_.next() % std::size(effects)]); }
    }

    void finish(Effect effect) {
        const std::size_t position = rng_.next() % running_.size();
        const Breaker::Ticket ticket = running_[position];
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(position));
        const Breaker before = breaker_;
        const Breaker::Evidence evidence{.counts = {rng_.next() % 20, rng_.next() % 20},
                                         .wait_at_least = std::chrono::seconds(rng_.next() % 100)};
        const auto transition = breaker_.report(ticket, effect, evidence, params, now_, rng_);
        if (ticket.generation != before.generation()) {
            ASSERT_EQ(breaker_, before) << "a late report changed something";
        }
        ASSERT_EQ(transition.has_value(), before.state() != breaker_.state());
        check_change(before);
    }

    void check_change(const Breaker& before) {
        if (before.state() != breaker_.state()) {
            ASSERT_NE(before.generation(), breaker_.generation());
            unrolled_generation();
        }
        if (breaker_.state() == State::open) {
            ASSERT_LE(breaker_.reopens_at() - now_, params.open_max);
        }
    }

    // The 16-bit generation, unrolled: it may wrap in a long history.
    std::uint64_t unrolled_generation() {
        unrolled_ += static_cast<std::uint16_t>(breaker_.generation() - last_seen_);
        last_seen_ = breaker_.generation();
        return unrolled_;
    }

    Rng rng_;
    Breaker breaker_;
    TimePoint now_ = t0;
    std::vector<Breaker::Ticket> running_;
    std::set<std::uint64_t> probes_;
    std::uint64_t unrolled_ = 0;
    std::uint16_t last_seen_ = 0;
};

TEST(BreakerProperty, HoldsItsInvariantsOverRandomHistories) {
    constexpr std::uint64_t first_seed = 20261122;
    constexpr int histories = 500;
    std::printf("seeds %llu..%llu\n", static_cast<unsigned long long>(first_seed),
                static_cast<unsigned long long>(first_seed + histories - 1));
    for (std::uint64_t seed = first_seed; seed < first_seed + histories; ++seed) {
        SCOPED_TRACE(seed);
        History history(seed);
        history.run(2000);
        history.quiet();
        if (HasFatalFailure()) { return; }
    }
}

}  // namespace
}  // namespace spillway
