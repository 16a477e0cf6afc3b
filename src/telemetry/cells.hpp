// The numbers behind /metrics. Each worker writes its own cells (plain adds, no lock, no label
// look-up, no shared cache line); a scrape sums them. Handles are resolved when a routing table is
// loaded. Cells outlive the table: a route that comes back after a reload goes on counting.
#pragma once

#include "spillway/denial.hpp"
#include "spillway/operation.hpp"
#include "spillway/policy/breaker.hpp"
#include "spillway/policy/classify.hpp"
#include "spillway/result.hpp"
#include "telemetry/event_lane.hpp"
#include "telemetry/instruments.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

inline constexpr std::size_t status_slots = 24;
/// HTTP statuses that get a label of their own, 0 (no answer) among them; the rest is "other".
[[nodiscard]] std::size_t status_slot(int status) noexcept;
/// "200", "other"; "none" for status 0. `slot` < status_slots.
[[nodiscard]] std::string_view status_label(std::size_t slot) noexcept;

inline constexpr std::size_t attempts_slots = 4;        ///< 1, 2, 3, 4+
inline constexpr std::size_t breaker_state_count = 3;   ///< Breaker::State
inline constexpr std::size_t breaker_reason_count = 8;  ///< Breaker::Reason
inline constexpr std::size_t cache_line_bytes = 64;

/// The route on which requests are counted whose model is in no route.
inline constexpr std::string_view other_route = "_other";

/// One route on one worker.
struct alignas(cache_line_bytes) RouteCells {
    RouteCells();
    std::array<std::array<std::array<Counter, outcome_count>, status_slots>, operation_count>
        requests;
    std::array<Counter, attempts_slots> attempts;  ///< requests that took 1, 2, 3, 4+ attempts
    std::array<Counter, reason_count> failovers;   ///< away from a deployment of this route
    Counter in_flight;                             ///< gauge
    Histogram duration_json;
    Histogram duration_stream;
    Histogram time_to_first_token;
};

/// One deployment on one worker.
struct alignas(cache_line_bytes) DeploymentCells {
    DeploymentCells();
    std::array<Counter, status_slots> answers;   ///< status lines received
    std::array<Counter, reason_count> failures;  ///< attempts that failed (answers included)
    /// [to state][Breaker::Reason]
    std::array<std::array<Counter, breaker_reason_count>, breaker_state_count> transitions;
    Counter alerts;  ///< attempts that need an operator: credentials, missing deployment
    Counter input_tokens;
    Counter output_tokens;
    Counter cached_input_tokens;
    Counter reasoning_output_tokens;
    // Complete answers without usage:
    Counter usage_not_asked;  ///< a stream whose caller did not ask for it
    Counter usage_absent;     ///< it was due
    Counter in_flight;        ///< gauge
    Counter connections_opened;
    Counter connections_reused;
    Histogram duration;
    Histogram time_to_first_token;
    Histogram connect;
};

/// One caller on one worker.
struct alignas(cache_line_bytes) CallerCells {
    std::array<Counter, outcome_count> requests;
    Counter input_tokens;
    Counter output_tokens;
    Counter cost;  ///< Money
};

/// What belongs to a worker as a whole.
struct alignas(cache_line_bytes) WorkerCells {
    WorkerCells();
    Counter connections_accepted;
    Counter connections_open;     ///< gauge
    Counter connections_refused;  ///< over the limit
    Counter heads_refused;        ///< malformed requests answered 4xx/5xx by the parser
    std::array<Counter, denial_count> denials;
    Counter retries_of_sdks;  ///< x-stainless-retry-count >= 1 seen
    Counter retries_denied;   ///< the process-wide retry ratio said no
    Counter panics;           ///< attempts sent in bounded fail-open
    Counter access_log_dropped;
    Counter escaped_exceptions;   ///< a coroutine ended with one: always a bug
    Counter upstream_idle;        ///< gauge: pooled connections
    Counter upstream_active;      ///< gauge
    Histogram overhead_request;   ///< own time: head complete -> request sent upstream
    Histogram overhead_response;  ///< own time: answer read -> written to the caller
    Histogram loop_lag;           ///< how late the worker's timer tick ran
    Heartbeat heartbeat;          ///< beaten by the same tick
    EventLane events;             ///< for the operators' feed; read by the admin thread
};

/// Owns all cells; creation is rare (table load) and locked, writing needs nothing. Outlives every
/// worker.
class CellRegistry {
public:
    explicit CellRegistry(std::size_t workers);

    /// Stable addresses; a name's cells are created for all workers on first use. Any thread.
    [[nodiscard]] RouteCells& route(std::size_t worker, std::string_view name);
    [[nodiscard]] DeploymentCells& deployment(std::size_t worker, std::string_view name);
    [[nodiscard]] CallerCells& caller(std::size_t worker, std::string_view name);
    [[nodiscard]] WorkerCells& worker(std::size_t worker) { return *workers_[worker]; }
    [[nodiscard]] std::size_t workers() const noexcept { return workers_.size(); }
    /// Told to by whoever changes the table, one thread at a time.
    [[nodiscard]] EventLane& table_events() const noexcept { return *table_events_; }

    /// Cells of the same thing, one per worker.
    template <class Cells>
    using Row = std::vector<std::unique_ptr<Cells>>;
    [[nodiscard]] const Row<WorkerCells>& all_workers() const noexcept { return workers_; }

    /// For the scrape: `visit(name, row)` for every name, sorted, under the registry's lock.
    template <class Visit>
    void visit_routes(Visit visit) const {
        const std::scoped_lock lock(mutex_);
        for (const auto& [name, row] : routes_) { visit(name, row); }
    }
    template <class Visit>
    void visit_deployments(Visit visit) const {
        const std::scoped_lock lock(mutex_);
        for (const auto& [name, row] : deployments_) { visit(name, row); }
    }
    template <class Visit>
    void visit_callers(Visit visit) const {
        const std::scoped_lock lock(mutex_);
        for (const auto& [name, row] : callers_) { visit(name, row); }
    }

private:
    template <class Cells>
    using Table = std::map<std::string, Row<Cells>, std::less<>>;

    mutable std::mutex mutex_;  // guards the tables, never the cells
    Row<WorkerCells> workers_;
    Table<RouteCells> routes_;
    Table<DeploymentCells> deployments_;
    Table<CallerCells> callers_;
    std::unique_ptr<EventLane> table_events_ = std::make_unique<EventLane>();
};

}  // namespace spillway
