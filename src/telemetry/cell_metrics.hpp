// From cells to series: sums each cell over the workers. Known series exist at 0 from the start, so
// that a first failure is an increase and not a new series; the rest appears when it first happens.
// How many that makes is published in docs/metrics.md and asserted by a test.
#pragma once

#include "telemetry/cells.hpp"
#include "telemetry/exposition.hpp"

namespace spillway {

void add_cell_metrics(const CellRegistry& cells, Exposition& exposition);

}  // namespace spillway
