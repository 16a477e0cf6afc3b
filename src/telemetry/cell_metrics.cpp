#include "telemetry/cell_metrics.hpp"

#include "spillway/money.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace spillway {

namespace {

/// The endings a healthy or a suffering route has; others (a caller's 413, say) appear when they
/// happen.
struct KnownEnding {
    int status;
    Outcome outcome;
};
constexpr std::array known_endings = {
    KnownEnding{200, Outcome::ok},
    KnownEnding{400, Outcome::client_error},
    KnownEnding{429, Outcome::exhausted},
    KnownEnding{500, Outcome::upstream_error},
    KnownEnding{503, Outcome::exhausted},
    KnownEnding{503, Outcome::shed},
    KnownEnding{200, Outcome::upstream_error},
    KnownEnding{200, Outcome::timeout},
    KnownEnding{504, Outcome::timeout},
    KnownEnding{0, Outcome::aborted},
};
constexpr std::array known_answers = {200, 400, 429, 500, 503};

constexpr std::array<std::string_view, attempts_slots> attempts_labels = {"1", "2", "3", "4+"};

template <class Cells, class Pick>
std::uint64_t total(const CellRegistry::Row<Cells>& row, Pick pick) {
    std::uint64_t sum = 0;
    for (const auto& cells : row) { sum += std::invoke(pick, *cells).value(); }
    return sum;
}

template <class Cells>
HistogramSum total(const CellRegistry::Row<Cells>& row, Histogram Cells::*histogram) {
    HistogramSum sum;
    for (const auto& cells : row) { sum.add((*cells).*histogram); }
    return sum;
}

bool is_known(Operation operation, std::size_t slot, Outcome outcome) {
    return is_inference(operation) && std::ranges::any_of(known_endings, [&](KnownEnding ending) {
               return status_slot(ending.status) == slot && ending.outcome == outcome;
           });
}

/// Opening for every reason that opens, closing by recovery.
bool is_known(Breaker::State to, Breaker::Reason reason) {
    if (to == Breaker::State::closed) { return reason == Breaker::Reason::recovered; }
    return to == Breaker::State::open && reason != Breaker::Reason::none &&
           reason != Breaker::Reason::recovered;
}

void add_endings(std::string_view route, const CellRegistry::Row<RouteCells>& row,
                 Exposition& exposition) {
    const auto add = [&](std::size_t api, std::size_t slot, std::size_t ending) {
        const auto operation = static_cast<Operation>(api);
        const auto outcome = static_cast<Outcome>(ending);
        const std::uint64_t count = total(row, [&](const RouteCells& cells) -> const Counter& {
            return cells.requests[api][slot][ending];
        });
        if (count == 0 && !is_known(operation, slot, outcome)) { return; }
        exposition.add(Metric::requests,
                       {route, name(operation), status_label(slot), name(outcome)}, count);
    };
    for (std::size_t api = 0; api < operation_count; ++api) {
        for (std::size_t slot = 0; slot < status_slots; ++slot) {
            for (std::size_t ending = 0; ending < outcome_count; ++ending) {
                add(api, slot, ending);
            }
        }
    }
}

void add_route(std::string_view route, const CellRegistry::Row<RouteCells>& row,
               Exposition& exposition) {
    add_endings(route, row, exposition);
    for (std::size_t i = 0; i < attempts_slots; ++i) {
        const auto pick = [i](const RouteCells& cells) -> auto& { return cells.attempts[i]; };
        exposition.add(Metric::request_attempts, {route, attempts_labels[i]}, total(row, pick));
    }
    for (std::size_t i = 1; i < reason_count; ++i) {
        const auto pick = [i](const RouteCells& cells) -> auto& { return cells.failovers[i]; };
        exposition.add(Metric::failovers, {route, name(static_cast<Reason>(i))}, total(row, pick));
    }
    exposition.add(Metric::requests_in_flight, {route}, total(row, &RouteCells::in_flight));
    exposition.add(Metric::request_duration, {route, "false"},
                   total(row, &RouteCells::duration_json));
    exposition.add(Metric::request_duration, {route, "true"},
                   total(row, &RouteCells::duration_stream));
    exposition.add(Metric::time_to_first_token, {route},
                   total(row, &RouteCells::time_to_first_token));
}

void add_answers(std::string_view deployment, const CellRegistry::Row<DeploymentCells>& row,
                 Exposition& exposition) {
    for (std::size_t slot = 0; slot < status_slots; ++slot) {
        const auto pick = [slot](const DeploymentCells& cells) -> auto& {
            return cells.answers[slot];
        };
        const std::uint64_t count = total(row, pick);
        const bool known = std::ranges::any_of(known_answers, [slot](int status) {
            return status_slot(status) == slot;
        });
        if (count == 0 && !known) { continue; }
        exposition.add(Metric::upstream_requests, {deployment, status_label(slot)}, count);
    }
    for (std::size_t i = 1; i < reason_count; ++i) {
        const auto pick = [i](const DeploymentCells& cells) -> auto& { return cells.failures[i]; };
        exposition.add(Metric::upstream_failures, {deployment, name(static_cast<Reason>(i))},
                       total(row, pick));
    }
}

void add_transitions(std::string_view deployment, const CellRegistry::Row<DeploymentCells>& row,
                     Exposition& exposition) {
    for (std::size_t i = 0; i < breaker_state_count * breaker_reason_count; ++i) {
        const std::size_t state = i / breaker_reason_count;
        const std::size_t cause = i % breaker_reason_count;
        const auto to = static_cast<Breaker::State>(state);
        const auto reason = static_cast<Breaker::Reason>(cause);
        const auto pick = [=](const DeploymentCells& cells) -> auto& {
            return cells.transitions[state][cause];
        };
        const std::uint64_t count = total(row, pick);
        if (count == 0 && !is_known(to, reason)) { continue; }
        exposition.add(Metric::breaker_transitions, {deployment, name(to), name(reason)}, count);
    }
}

struct DeploymentCounter {
    Metric metric;
    Counter DeploymentCells::*counter;
};
constexpr std::array deployment_counters = {
    DeploymentCounter{Metric::upstream_requests_in_flight, &DeploymentCells::in_flight},
    DeploymentCounter{Metric::upstream_connections_opened, &DeploymentCells::connections_opened},
    DeploymentCounter{Metric::upstream_connections_reused, &DeploymentCells::connections_reused},
    DeploymentCounter{Metric::input_tokens, &DeploymentCells::input_tokens},
    DeploymentCounter{Metric::output_tokens, &DeploymentCells::output_tokens},
    DeploymentCounter{Metric::cached_input_tokens, &DeploymentCells::cached_input_tokens},
    DeploymentCounter{Metric::reasoning_output_tokens, &DeploymentCells::reasoning_output_tokens},
    DeploymentCounter{Metric::deployment_alerts, &DeploymentCells::alerts},
};

void add_deployment(std::string_view deployment, const CellRegistry::Row<DeploymentCells>& row,
                    Exposition& exposition) {
    add_answers(deployment, row, exposition);
    add_transitions(deployment, row, exposition);
    for (const auto& [metric, counter] : deployment_counters) {
        exposition.add(metric, {deployment}, total(row, counter));
    }
    exposition.add(Metric::usage_missing, {deployment, "not_asked"},
                   total(row, &DeploymentCells::usage_not_asked));
    exposition.add(Metric::usage_missing, {deployment, "absent"},
                   total(row, &DeploymentCells::usage_absent));
    exposition.add(Metric::upstream_request_duration, {deployment},
                   total(row, &DeploymentCells::duration));
    exposition.add(Metric::upstream_time_to_first_token, {deployment},
                   total(row, &DeploymentCells::time_to_first_token));
    exposition.add(Metric::upstream_connect, {deployment}, total(row, &DeploymentCells::connect));
}

void add_caller(std::string_view caller, const CellRegistry::Row<CallerCells>& row,
                Exposition& exposition) {
    for (std::size_t i = 0; i < outcome_count; ++i) {
        const auto pick = [i](const CallerCells& cells) -> auto& { return cells.requests[i]; };
        exposition.add(Metric::caller_requests, {caller, name(static_cast<Outcome>(i))},
                       total(row, pick));
    }
    exposition.add(Metric::caller_tokens, {caller, "input"},
                   total(row, &CallerCells::input_tokens));
    exposition.add(Metric::caller_tokens, {caller, "output"},
                   total(row, &CallerCells::output_tokens));
    const auto cost = static_cast<Money>(total(row, &CallerCells::cost));
    exposition.add(Metric::caller_cost, {caller}, units_of(cost));
}

struct WorkerCounter {
    Metric metric;
    Counter WorkerCells::*counter;
};
constexpr std::array worker_counters = {
    WorkerCounter{Metric::connections, &WorkerCells::connections_open},
    WorkerCounter{Metric::connections_accepted, &WorkerCells::connections_accepted},
    WorkerCounter{Metric::connections_refused, &WorkerCells::connections_refused},
    WorkerCounter{Metric::malformed_requests, &WorkerCells::heads_refused},
    WorkerCounter{Metric::sdk_retries, &WorkerCells::retries_of_sdks},
    WorkerCounter{Metric::retries_denied, &WorkerCells::retries_denied},
    WorkerCounter{Metric::panic_attempts, &WorkerCells::panics},
    WorkerCounter{Metric::escaped_exceptions, &WorkerCells::escaped_exceptions},
};

void add_workers(const CellRegistry::Row<WorkerCells>& row, Exposition& exposition) {
    for (const auto& [metric, counter] : worker_counters) {
        exposition.add(metric, {}, total(row, counter));
    }
    for (std::size_t i = 0; i < denial_count; ++i) {
        const auto pick = [i](const WorkerCells& cells) -> auto& { return cells.denials[i]; };
        exposition.add(Metric::denials, {name(static_cast<Denial>(i))}, total(row, pick));
    }
    exposition.add(Metric::access_log_dropped, {"lagging"},
                   total(row, &WorkerCells::access_log_dropped));
    exposition.add(Metric::upstream_connections, {"idle"}, total(row, &WorkerCells::upstream_idle));
    exposition.add(Metric::upstream_connections, {"active"},
                   total(row, &WorkerCells::upstream_active));
    exposition.add(Metric::overhead, {"request"}, total(row, &WorkerCells::overhead_request));
    exposition.add(Metric::overhead, {"response"}, total(row, &WorkerCells::overhead_response));
    for (std::size_t i = 0; i < row.size(); ++i) {
        HistogramSum lag;
        lag.add(row[i]->loop_lag);
        exposition.add(Metric::event_loop_lag, {std::to_string(i)}, lag);
    }
}

}  // namespace

void add_cell_metrics(const CellRegistry& cells, Exposition& exposition) {
    cells.visit_routes([&](std::string_view route, const CellRegistry::Row<RouteCells>& row) {
        add_route(route, row, exposition);
    });
    cells.visit_deployments([&](std::string_view deployment,
                                const CellRegistry::Row<DeploymentCells>& row) {
        add_deployment(deployment, row, exposition);
    });
    cells.visit_callers([&](std::string_view caller, const CellRegistry::Row<CallerCells>& row) {
        add_caller(caller, row, exposition);
    });
    add_workers(cells.all_workers(), exposition);
}

}  // namespace spillway
