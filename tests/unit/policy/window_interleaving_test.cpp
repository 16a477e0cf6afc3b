// One call is stopped before each of its operations on the words in turn; in the pause another
// thread runs whole calls, up to several turns of the ring later. What real threads meet once in a
// million runs is here met every time.
#include "hand_time.hpp"
#include "spillway/policy/window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace spillway {
namespace {

// A plain word that calls `pause` before the operation that `stop_before` counts down to.
class PausingWord {
public:
    PausingWord(std::uint64_t value = 0) noexcept : word_(value) {}
    [[nodiscard]] std::uint64_t load() const { return step(), word_.load(); }
    void store(std::uint64_t value) { step(), word_.store(value); }
    std::uint64_t fetch_add(std::uint64_t by) { return step(), word_.fetch_add(by); }
    std::uint64_t fetch_sub(std::uint64_t by) { return step(), word_.fetch_sub(by); }
    bool compare_exchange_strong(std::uint64_t& expected, std::uint64_t desired) {
        return step(), word_.compare_exchange_strong(expected, desired);
    }

    static inline int stop_before = 0;
    static inline std::function<void()> pause;

private:
    static void step() {
        if (stop_before > 0 && --stop_before == 0) { pause(); }
    }

    PlainWord word_;
};

constexpr std::int64_t window_slots = 5;  // ring of 8
constexpr std::uint64_t limit = 100;

struct Admission {
    std::int64_t slot;
    std::uint64_t amount;
};

class Interleaving {
public:
    // Runs `call` at slot `begin`, stopped before operation `stop` for `pause`. False when it has
    // fewer operations.
    template <class Call, class Pause>
    bool run(Call call, int stop, std::int64_t begin, Pause pause) {
        bool paused = false;
        now_ = begin;
        PausingWord::pause = [&] {
            paused = true;
            pause(*this);
        };
        PausingWord::stop_before = stop;
        call(*this);
        PausingWord::stop_before = 0;
        return paused;
    }
    // The usual pause: the others fill the window at this slot and at the next two.
    static auto others_from(std::int64_t slot) {
        return [slot](Interleaving& world) {
            for (std::int64_t now = slot; now <= slot + 2; ++now) {
                world.now_ = now;
                world.fill(30);
            }
        };
    }

    void fill(std::uint64_t amount) {
        while (take(amount)) { admitted.push_back({now_, amount}); }
    }
    bool take(std::uint64_t amount) { return window.take(amount, limit, at(now_)); }
    static TimePoint at(std::int64_t slot) { return t0 + std::chrono::seconds(slot); }
    [[nodiscard]] std::int64_t now() const { return now_; }
    void set_now(std::int64_t slot) { now_ = slot; }
    [[nodiscard]] std::uint64_t counted() const {
        std::uint64_t sum = 0;
        for (const Admission& one : admitted) {
            sum += one.slot > now_ - window_slots ? one.amount : 0;
        }
        return sum;
    }

    // Whether no span of the window's length holds more than the limit.
    static bool within_limit(const std::vector<Admission>& all) {
        return std::all_of(all.begin(), all.end(), [&](const Admission& first) {
            std::uint64_t sum = 0;
            for (const Admission& other : all) {
                const bool inside = other.slot >= first.slot &&
                                    other.slot < first.slot + window_slots;
                sum += inside ? other.amount : 0;
            }
            return sum <= limit;
        });
    }

    // Whether there is a moment between a clock reading and the return of a call at which it can
    // have admitted `amount`.
    [[nodiscard]] bool explains(std::uint64_t amount, std::int64_t read,
                                std::int64_t returned) const {
        for (std::int64_t moment = read; moment <= returned; ++moment) {
            auto all = admitted;
            all.push_back({moment, amount});
            if (within_limit(all)) { return true; }
        }
        return false;
    }

    // Nothing left behind and nothing subtracted twice.
    void expect_empty_in_the_end() {
        now_ += 100;
        EXPECT_EQ(window.sum(at(now_)), 0U);
        EXPECT_TRUE(take(limit)) << "an amount stayed in the total";
        EXPECT_FALSE(take(1)) << "an amount left the total twice";
    }

    SlidingWindow<PausingWord, window_slots> window{1s};
    std::vector<Admission> admitted;

private:
    std::int64_t now_ = 0;
};

// Every stop of the call at every distance, until the call has no more operations.
template <class Test>
void at_every_stop(Test test) {
    for (std::int64_t later = 0; later <= 20; ++later) {
        for (int stop = 1; test(stop, later); ++stop) {
            ASSERT_LT(stop, 200) << "the call does not end";
        }
    }
}

TEST(WindowInterleaving, AStoppedTakerIsNeverLetInBesideTheLimit) {
    at_every_stop([](int stop, std::int64_t later) {
        Interleaving world;
        world.fill(40);
        bool let_in = false;
        const bool paused = world.run([&](Interleaving& w) { let_in = w.take(20); }, stop, 3,
                                      Interleaving::others_from(3 + later));
        const std::int64_t ended = world.now();
        world.fill(1);
        const std::uint64_t taken = let_in ? 20 : 0;
        EXPECT_TRUE(world.explains(taken, 3, ended))
            << "stop " << stop << ", " << later << " slots later";
        world.expect_empty_in_the_end();
        return paused && !::testing::Test::HasFailure();
    });
}

TEST(WindowInterleaving, AStoppedExpiryLosesAndDoublesNothing) {
    at_every_stop([](int stop, std::int64_t later) {
        Interleaving world;
        for (const std::int64_t slot : {0, 1, 2}) {
            world.window.add(25, Interleaving::at(slot), Interleaving::at(slot));
        }
        const bool paused = world.run(
            [](Interleaving& w) { w.window.add(0, Interleaving::at(7), Interleaving::at(7)); },
            stop, 7, Interleaving::others_from(7 + later));
        EXPECT_TRUE(Interleaving::within_limit(world.admitted)) << stop << ' ' << later;
        world.expect_empty_in_the_end();
        return paused && !::testing::Test::HasFailure();
    });
}

// In the pause of an expiry, callers whose clock readings are from before it.
TEST(WindowInterleaving, LateTakersAreCountedWhileAnExpiryIsStopped) {
    for (int stop = 1; !HasFailure(); ++stop) {
        Interleaving world;
        for (const std::int64_t slot : {0, 1, 2}) {
            world.window.add(25, Interleaving::at(slot), Interleaving::at(slot));
            world.admitted.push_back({slot, 25});
        }
        std::uint64_t late = 0;
        const bool paused = world.run(
            [](Interleaving& w) { w.window.add(0, Interleaving::at(7), Interleaving::at(7)); },
            stop, 7,
            [&late](Interleaving& w) {
                w.set_now(2);
                while (w.take(5)) { late += 5; }
                w.set_now(7);
            });
        world.fill(1);
        EXPECT_TRUE(world.explains(late, 2, 7)) << "stop " << stop;
        world.expect_empty_in_the_end();
        if (!paused) { break; }
    }
}

TEST(WindowInterleaving, AStoppedDebtCountsAsLongAsItsSlotOrNotAtAll) {
    at_every_stop([](int stop, std::int64_t later) {
        Interleaving world;
        const bool paused = world.run(
            [](Interleaving& w) { w.window.add(10, Interleaving::at(1), Interleaving::at(3)); },
            stop, 3, Interleaving::others_from(3 + later));
        const std::uint64_t debt = world.now() < 1 + window_slots ? 10 : 0;
        EXPECT_EQ(world.window.sum(Interleaving::at(world.now())), world.counted() + debt)
            << "stop " << stop << ", " << later << " slots later";
        world.expect_empty_in_the_end();
        return paused && !::testing::Test::HasFailure();
    });
}

TEST(WindowInterleaving, AStoppedGiveBackCreditsNoMoreThanItTook) {
    at_every_stop([](int stop, std::int64_t later) {
        Interleaving world;
        world.fill(50);
        const bool paused = world.run(
            [](Interleaving& w) {
                w.window.give_back(50, Interleaving::at(0), Interleaving::at(3));
            },
            stop, 3, Interleaving::others_from(3 + later));
        // With or without the refund seen: what was given back no longer counts.
        auto kept = world.admitted;
        kept.erase(kept.begin());
        EXPECT_TRUE(Interleaving::within_limit(kept)) << stop << ' ' << later;
        world.expect_empty_in_the_end();
        return paused && !::testing::Test::HasFailure();
    });
}

TEST(WindowInterleaving, StoppedNewsIsCountedOnce) {
    at_every_stop([](int stop, std::int64_t later) {
        Interleaving world;
        const bool paused = world.run(
            [](Interleaving& w) {
                w.window.raise_to(60, Interleaving::at(3), Interleaving::at(3));
            },
            stop, 3, Interleaving::others_from(3 + later));
        EXPECT_TRUE(Interleaving::within_limit(world.admitted)) << stop << ' ' << later;
        EXPECT_LE(world.window.sum(Interleaving::at(world.now())), limit);
        world.expect_empty_in_the_end();
        return paused && !::testing::Test::HasFailure();
    });
}

}  // namespace
}  // namespace spillway
