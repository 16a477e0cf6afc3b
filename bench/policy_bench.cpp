// What a request's decisions cost, alone and with two workers on the same deployment (row L-14 of
// the test plan): ns per operation, no I/O, time moved by hand.
#include "fleet/shared.hpp"
#include "spillway/policy/classify.hpp"
#include "spillway/policy/planner.hpp"
#include "spillway/policy/quota.hpp"

#include <benchmark/benchmark.h>

#include <vector>

namespace spillway {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint t0 = TimePoint{} + 1000h;

// 100,000 operations a second of hand-held time, so that slots change as often as under load.
TimePoint later(TimePoint& now) { return now += 10us; }

void quota_reserve_and_settle(benchmark::State& state) {
    static Quota<AtomicWord> quota({.tpm = 2'000'000'000, .rpm = 0, .settle_actual = true});
    TimePoint now = t0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(quota.reserve(100, later(now)));
        quota.settle({now, 100}, 60, now);
    }
}
BENCHMARK(quota_reserve_and_settle)->Threads(1)->Threads(2)->UseRealTime();

void quota_refuse(benchmark::State& state) {
    static Quota<AtomicWord> quota({.tpm = 100});
    TimePoint now = t0;
    for (auto _ : state) { benchmark::DoNotOptimize(quota.reserve(100, later(now))); }
}
BENCHMARK(quota_refuse)->Threads(1)->Threads(2)->UseRealTime();

void quota_would_admit(benchmark::State& state) {
    static Quota<AtomicWord> quota({.tpm = 2'000'000'000, .rpm = 600});
    benchmark::DoNotOptimize(quota.reserve(100, t0));
    TimePoint now = t0;
    for (auto _ : state) { benchmark::DoNotOptimize(quota.would_admit(100, later(now))); }
}
BENCHMARK(quota_would_admit)->Threads(1)->Threads(2)->UseRealTime();

void breaker_healthy(benchmark::State& state) {
    static Shared<Breaker> breaker{Breaker{}};
    constexpr BreakerParams params;
    TimePoint now = t0;
    for (auto _ : state) {
        const auto admit = [&](Breaker& value) { return value.admit(later(now), params); };
        benchmark::DoNotOptimize(breaker.update(admit));
        benchmark::DoNotOptimize(breaker.read().untroubled());
    }
}
BENCHMARK(breaker_healthy)->Threads(1)->Threads(2)->UseRealTime();

void plan_route(benchmark::State& state) {
    std::vector<DeploymentView> views(static_cast<std::size_t>(state.range(0)));
    for (std::size_t i = 0; i < views.size(); ++i) { views[i].tier = i % 2 == 0 ? 0 : 1; }
    Rng rng(1);
    for (auto _ : state) { benchmark::DoNotOptimize(plan(views, t0, rng)); }
}
BENCHMARK(plan_route)->Arg(2)->Arg(6)->Arg(32);

void classify_throttle(benchmark::State& state) {
    const ErrorFacts facts{.status = 429,
                           .code = "429",
                           .message =
                               "Requests to the ChatCompletions_Create Operation have "
                               "exceeded call rate limit of your current pricing tier."};
    for (auto _ : state) { benchmark::DoNotOptimize(classify(facts)); }
}
BENCHMARK(classify_throttle);

}  // namespace
}  // namespace spillway
