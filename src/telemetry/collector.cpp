#include "telemetry/collector.hpp"

#include "telemetry/build_info.hpp"
#include "telemetry/cell_metrics.hpp"
#include "telemetry/process_metrics.hpp"

#include <utility>

namespace spillway {

Collector::Collector(const CellRegistry& cells, std::vector<MetricSource> sources)
    : cells_(cells), sources_(std::move(sources)) {}

std::vector<prometheus::MetricFamily> Collector::Collect() const {
    Exposition exposition;
    add_cell_metrics(cells_, exposition);
    add_process_metrics(exposition);
    const BuildInfo build = build_info();
    exposition.add(Metric::build_info, {build.version, build.compiler}, 1.0);
    for (const MetricSource& source : sources_) { source(exposition); }
    return std::move(exposition).families();
}

}  // namespace spillway
