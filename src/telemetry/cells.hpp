// The numbers behind /metrics. Each worker writes its own cells (plain adds, no lock, no label look-up, no shared cache line);
// a scrape sums them. Handles are resolved when a routing table is loaded. Cells outlive the table: a route that comes back after
// a reload goes on counting.
#pragma once

#include "spillway/operation.hpp"
#include "spillway/policy/breaker.hpp"
#include "spillway/policy/classify.hpp"
#include "spillway/result.hpp"
#include "spillway/usage.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// One writer (the owning worker), any readers: relaxed load + store, no locked instruction.
class Counter {
public:
    void add(std::uint64_t by = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    void sub(std::uint64_t by = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) - by, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t value() const noexcept {
        return value_.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Fixed upper bounds in seconds; one writer. The bounds live in catalogue.cpp, chosen per metric (field-notes.md §1.4).
class Histogram {
public:
    static constexpr std::size_t buckets_max = 20;
    explicit Histogram(std::span<const double> bounds) noexcept : bounds_(bounds) {}
    void observe(double seconds) noexcept;
    [[nodiscard]] std::span<const double> bounds() const noexcept { return bounds_; }
    [[nodiscard]] std::uint64_t bucket(std::size_t i) const noexcept { return counts_[i].value(); }
    [[nodiscard]] double sum_seconds() const noexcept;

private:
    std::span<const double> bounds_;
    std::array<Counter, buckets_max + 1> counts_;  // the last one: above every bound
    Counter sum_nanoseconds_;
};

/// HTTP statuses that get a label of their own; everything else is counted as "other".
[[nodiscard]] std::size_t status_slot(int status) noexcept;
[[nodiscard]] std::string_view status_label(std::size_t slot) noexcept;
inline constexpr std::size_t status_slots = 24;
inline constexpr std::size_t attempts_slots = 4;  ///< 1, 2, 3, 4+

/// One route on one worker. Requests whose model is unknown are counted on the route named `_other`.
struct RouteCells {
    RouteCells();
    std::array<std::array<std::array<Counter, outcome_count>, status_slots>, operation_count> requests;
    std::array<Counter, attempts_slots> attempts;
    std::array<Counter, reason_count> failovers;  ///< away from a deployment of this route, by reason
    Counter in_flight;
    Histogram duration_json;
    Histogram duration_stream;
    Histogram time_to_first_token;
};

/// One deployment on one worker.
struct DeploymentCells {
    DeploymentCells();
    std::array<Counter, status_slots> answers;     ///< status lines received
    std::array<Counter, reason_count> failures;    ///< attempts that failed, by reason (answers included)
    std::array<std::array<Counter, 8>, 3> transitions;  ///< [to state][Breaker::Reason]
    Counter alerts;          ///< attempts that need an operator: credentials, missing deployment
    Counter input_tokens;
    Counter output_tokens;
    Counter cached_input_tokens;
    Counter reasoning_output_tokens;
    Counter usage_missing;   ///< complete answers without usage
    Counter in_flight;
    Counter connections_opened;
    Counter connections_reused;
    Histogram duration;
    Histogram time_to_first_token;
    Histogram connect;
};

/// What belongs to a worker as a whole.
struct WorkerCells {
    WorkerCells();
    Counter connections_accepted;
    Counter connections_open;      ///< gauge
    Counter connections_refused;   ///< over the limit
    Counter heads_refused;         ///< malformed requests answered 4xx/5xx by the parser
    Counter retries_of_sdks;       ///< x-stainless-retry-count >= 1 seen
    Counter retries_denied;        ///< the process-wide retry ratio said no
    Counter panics;                ///< attempts sent in bounded fail-open
    Counter access_log_dropped;
    Counter escaped_exceptions;    ///< a coroutine ended with one: always a bug
    Counter upstream_idle;         ///< gauge: pooled connections
    Counter upstream_active;       ///< gauge
    Histogram overhead_request;    ///< own time: head complete -> request sent upstream
    Histogram overhead_response;   ///< own time: answer read -> written to the caller
    Histogram loop_lag;            ///< how late the worker's timer tick ran
};

/// Owns all cells; creation is rare (table load) and locked, writing needs nothing.
class CellRegistry {
public:
    explicit CellRegistry(std::size_t workers);
    /// Stable address; created on first use.
    [[nodiscard]] RouteCells& route(std::size_t worker, std::string_view name);
    [[nodiscard]] DeploymentCells& deployment(std::size_t worker, std::string_view name);
    [[nodiscard]] WorkerCells& worker(std::size_t worker);
    [[nodiscard]] std::size_t workers() const noexcept;
    /// For the scrape: every name with its cells per worker, under the registry's lock.
    template <class Visit>
    void visit_routes(Visit visit) const;  ///< visit(name, span<RouteCells* const>)
    template <class Visit>
    void visit_deployments(Visit visit) const;
};

}  // namespace spillway
