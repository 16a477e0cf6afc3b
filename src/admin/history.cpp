#include "admin/history.hpp"

#include "admin/words.hpp"

#include <nlohmann/json.hpp>

#include <numeric>

namespace spillway {

void History::sample(const CellRegistry& cells, TimePoint now) {
    if (sampled_at_ && now - *sampled_at_ < step) { return; }
    sampled_at_ = now;
    cells.visit_deployments([this](const std::string& name, const auto& row) {
        Track& track = tracks_[name];
        const Totals current = totals(row);
        if (track.points.size() == points_max) { track.points.pop_front(); }
        track.points.push_back(difference(track.seen, current));
        track.seen = current;
    });
}

History::Totals History::totals(const CellRegistry::Row<DeploymentCells>& row) {
    Totals sum;
    for (const auto& cells : row) {
        for (const Counter& answers : cells->answers) { sum.answers += answers.value(); }
        for (const Counter& failures : cells->failures) { sum.errors += failures.value(); }
        sum.first_token.add(cells->time_to_first_token);
    }
    return sum;
}

History::Point History::difference(const Totals& before, const Totals& after) {
    HistogramSum first_token = after.first_token;
    for (std::size_t i = 0; i < first_token.counts.size(); ++i) {
        first_token.counts[i] -= before.first_token.counts[i];
    }
    const auto bounds = histogram_bounds(Metric::upstream_time_to_first_token);
    return {after.answers - before.answers, after.errors - before.errors,
            quantile(first_token, bounds, 0.95)};
}

std::string History::json(TimePoint now) const {
    using Json = nlohmann::ordered_json;
    Json deployments = Json::array();
    for (const auto& [name, track] : tracks_) {
        Json answers = Json::array();
        Json errors = Json::array();
        Json first_token = Json::array();
        for (const Point& point : track.points) {
            answers.push_back(point.answers);
            errors.push_back(point.errors);
            first_token.push_back(point.first_token_p95 ? Json(*point.first_token_p95)
                                                        : Json(nullptr));
        }
        deployments.push_back({{"name", name},
                               {"answers", std::move(answers)},
                               {"errors", std::move(errors)},
                               {"first_token_p95_seconds", std::move(first_token)}});
    }
    const Json document = {
        {"step_seconds", seconds(step)},
        {"newest_seconds_ago", sampled_at_ ? Json(seconds(now - *sampled_at_)) : Json(nullptr)},
        {"deployments", std::move(deployments)},
    };
    return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<double> quantile(const HistogramSum& histogram, std::span<const double> bounds,
                               double rank) {
    const auto all = std::accumulate(histogram.counts.begin(), histogram.counts.end(),
                                     std::uint64_t{0});
    if (all == 0) { return std::nullopt; }
    const double wanted = rank * static_cast<double>(all);
    double below = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        const auto inside = static_cast<double>(histogram.counts[i]);
        if (below + inside >= wanted) {
            const double lower = i == 0 ? 0 : bounds[i - 1];
            return lower + (bounds[i] - lower) * (wanted - below) / inside;
        }
        below += inside;
    }
    return bounds.back();
}

}  // namespace spillway
