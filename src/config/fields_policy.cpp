#include "config/field_groups.hpp"

#include "config/shapes.hpp"

#include <chrono>
#include <cstdint>

namespace spillway {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t mebi = std::int64_t{1024} * 1024;

}  // namespace

std::vector<Row> timeouts_rows(Timeouts& timeouts) {
    return {
        {"connect", "TCP connect; TLS gets half as much again",
         duration(timeouts.connect, 1ms, 10min)},
        {"response_head", "Request sent to response head; without streaming, to the answer",
         duration(timeouts.response_head, 1ms, 24h)},
        {"first_event", "Stream: response head to the first event with output",
         duration(timeouts.first_event, 1ms, 24h)},
        {"between_events", "Stream: longest gap between events",
         duration(timeouts.between_events, 1ms, 24h)},
        {"total", "Head of the request to the end of the answer, all attempts included",
         duration(timeouts.total, 1ms, 24h)},
    };
}

std::vector<Row> commit_rows(CommitBounds& commit) {
    return {
        {"bytes", "Most of an answer that is held back before the caller gets it",
         number(Unit::bytes, commit.bytes, {1, 16 * mebi})},
        {"events", "Most events of a stream that are held back",
         number(Unit::plain, commit.events, {1, 10'000})},
        {"after", "A stream that shows life but no output is passed on after this long",
         duration(commit.after, 1ms, 1h)},
    };
}

std::vector<Row> retries_rows(RetryParams& retries) {
    return {{"attempts", "Most attempts per request; those that cost nothing upstream are free",
             number(Unit::plain, retries.attempts, {1, 10})}};
}

std::vector<Row> breaker_rows(BreakerParams& breaker) {
    return {
        {"consecutive_failures", "Failures in a row that open it",
         number(Unit::plain, breaker.consecutive_failures, {1, 255})},
        {"local_failures", "Failures to connect in a row that open it",
         number(Unit::plain, breaker.local_failures, {1, 255})},
        {"min_volume", "Outcomes in 30 s before the failure rate counts",
         number(Unit::count, breaker.min_volume, {1, 1'000'000})},
        {"failure_rate", "Share of failures in 30 s that opens it",
         ratio(breaker.failure_rate, 0.01, 1)},
        {"open_base", "How long it stays open the first time; doubles, with jitter",
         duration(breaker.open_base, 10ms, 1h)},
        {"open_max", "Longest time it stays open", duration(breaker.open_max, 10ms, 1h)},
        {"probe_successes", "Successful probes in a row that close it",
         number(Unit::plain, breaker.probe_successes, {1, 15})},
        {"probe_lease", "A probe that is silent for longer loses its turn",
         duration(breaker.probe_lease, 10ms, 1h)},
        {"ramp", "From a tenth to the full weight after closing; 0s: at once",
         duration(breaker.ramp, 0ms, 1h)},
        {"slow_start", "A first event later than this counts as slow; 0s: never",
         duration(breaker.slow_start, 0ms, 1h)},
        {"slow_rate", "Share of slow starts that makes a deployment degraded",
         ratio(breaker.slow_rate, 0.01, 1)},
    };
}

std::vector<Row> cooldown_rows(CooldownParams& cooldown) {
    return {
        {"base", "Wait after a throttle without a hint; doubles while they go on",
         duration(cooldown.base, 1ms, 1h)},
        {"cap", "Longest wait, whatever the hint says", duration(cooldown.cap, 1ms, 1h)},
    };
}

std::vector<Row> retry_budget_rows(RetryBudgetParams& budget) {
    return {
        {"per_request", "Retries each request adds to what all may spend",
         ratio(budget.per_request, 0, 1)},
        {"per_second", "Retries each second adds, so that little traffic can fail over",
         ratio(budget.per_second, 0, 1000)},
        {"cap", "Most retries that can be saved up", ratio(budget.cap, 1, 100'000)},
    };
}

}  // namespace spillway
