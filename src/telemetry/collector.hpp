// Everything /metrics shows, behind the interface prometheus-cpp knows. Asks its sources at each
// scrape and keeps nothing; a scrape costs the thread that makes it, never a worker.
#pragma once

#include "telemetry/cells.hpp"
#include "telemetry/exposition.hpp"

#include <prometheus/collectable.h>

#include <functional>
#include <vector>

namespace spillway {

/// Adds the series it knows. Called by the thread that scrapes.
using MetricSource = std::function<void(Exposition&)>;

class Collector final : public prometheus::Collectable {
public:
    /// `cells` outlives it. `sources` add what is not in the cells.
    Collector(const CellRegistry& cells, std::vector<MetricSource> sources);

    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

private:
    const CellRegistry& cells_;
    std::vector<MetricSource> sources_;
};

}  // namespace spillway
