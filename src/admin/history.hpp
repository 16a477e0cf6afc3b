// The last 15 minutes of each deployment, so that a page opened at 3 a.m. shows what led there.
// Read off the workers' cells in steps, on the admin thread: it costs a worker nothing.
#pragma once

#include "spillway/time.hpp"
#include "telemetry/cells.hpp"
#include "telemetry/exposition.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace spillway {

/// Belongs to the admin thread.
class History {
public:
    static constexpr Duration step = std::chrono::seconds(10);
    static constexpr std::size_t points_max = 90;

    /// Adds a point to every deployment when a step has passed since the last one.
    void sample(const CellRegistry& cells, TimePoint now);

    /// The document of docs/status.md.
    [[nodiscard]] std::string json(TimePoint now) const;

private:
    /// What happened in one step.
    struct Point {
        std::uint64_t answers = 0;
        std::uint64_t errors = 0;
        std::optional<double> first_token_p95;  // seconds; none without a stream
    };
    struct Totals {
        std::uint64_t answers = 0;
        std::uint64_t errors = 0;
        HistogramSum first_token;
    };
    struct Track {
        Totals seen;
        std::deque<Point> points;  // oldest first
    };

    static Totals totals(const CellRegistry::Row<DeploymentCells>& row);
    static Point difference(const Totals& before, const Totals& after);

    std::map<std::string, Track, std::less<>> tracks_;
    std::optional<TimePoint> sampled_at_;
};

/// The value below which the share `rank` of the observations lies, interpolated inside its bucket
/// as Prometheus does; the highest bound when it lies above all of them, none without observations.
[[nodiscard]] std::optional<double> quantile(const HistogramSum& histogram,
                                             std::span<const double> bounds, double rank);

}  // namespace spillway
