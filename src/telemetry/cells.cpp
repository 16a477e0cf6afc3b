#include "telemetry/cells.hpp"

#include "telemetry/catalogue.hpp"

#include <algorithm>

namespace spillway {

namespace {

// What the gateway or its upstreams answer by design (azure-protocol.md §5), the rest is "other".
constexpr std::array<int, status_slots - 1> known_statuses = {
    0,   200, 201, 400, 401, 403, 404, 405, 408, 409, 413, 415,
    422, 424, 426, 429, 431, 500, 501, 502, 503, 504, 529};
constexpr std::array<std::string_view, status_slots> status_labels = {
    "none", "200", "201", "400", "401", "403", "404", "405", "408", "409", "413", "415",
    "422",  "424", "426", "429", "431", "500", "501", "502", "503", "504", "529", "other"};

template <class Table>
auto& row_of(Table& table, std::string_view name, std::size_t workers) {
    using Row = typename Table::mapped_type;
    using Cells = typename Row::value_type::element_type;

    const auto found = table.find(name);
    if (found != table.end()) { return found->second; }
    Row row;
    for (std::size_t i = 0; i < workers; ++i) { row.push_back(std::make_unique<Cells>()); }
    return table.emplace(std::string(name), std::move(row)).first->second;
}

}  // namespace

std::size_t status_slot(int status) noexcept {
    const auto* const found = std::ranges::lower_bound(known_statuses, status);
    if (found == known_statuses.end() || *found != status) { return status_slots - 1; }
    return static_cast<std::size_t>(found - known_statuses.begin());
}

std::string_view status_label(std::size_t slot) noexcept { return status_labels[slot]; }

RouteCells::RouteCells()
    : duration_json(histogram_bounds(Metric::request_duration)),
      duration_stream(histogram_bounds(Metric::request_duration)),
      time_to_first_token(histogram_bounds(Metric::time_to_first_token)) {}

DeploymentCells::DeploymentCells()
    : duration(histogram_bounds(Metric::upstream_request_duration)),
      time_to_first_token(histogram_bounds(Metric::upstream_time_to_first_token)),
      connect(histogram_bounds(Metric::upstream_connect)) {}

WorkerCells::WorkerCells()
    : overhead_request(histogram_bounds(Metric::overhead)),
      overhead_response(histogram_bounds(Metric::overhead)),
      loop_lag(histogram_bounds(Metric::event_loop_lag)) {}

CellRegistry::CellRegistry(std::size_t workers) {
    for (std::size_t i = 0; i < workers; ++i) {
        workers_.push_back(std::make_unique<WorkerCells>());
    }
}

RouteCells& CellRegistry::route(std::size_t worker, std::string_view name) {
    const std::scoped_lock lock(mutex_);
    return *row_of(routes_, name, workers_.size())[worker];
}

DeploymentCells& CellRegistry::deployment(std::size_t worker, std::string_view name) {
    const std::scoped_lock lock(mutex_);
    return *row_of(deployments_, name, workers_.size())[worker];
}

CallerCells& CellRegistry::caller(std::size_t worker, std::string_view name) {
    const std::scoped_lock lock(mutex_);
    return *row_of(callers_, name, workers_.size())[worker];
}

}  // namespace spillway
