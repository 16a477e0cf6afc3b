// The part of /metrics that is not counted but looked up: what each deployment is and how it stands
// at the moment of the scrape.
#pragma once

#include "fleet/status.hpp"
#include "telemetry/exposition.hpp"

namespace spillway {

void add_fleet_metrics(const FleetStatus& status, Exposition& exposition);

}  // namespace spillway
