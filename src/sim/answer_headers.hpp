// The header fields of answers as azure-protocol §3.3 lists them, in Azure's spelling or OpenAI's:
// the two name the same things alike and write them differently, which is the trap to simulate.
#pragma once

#include <cstdint>
#include <string>

#include "sim/meter.hpp"
#include "sim/options.hpp"
#include "sim/reply.hpp"

namespace spillway_sim {

/// x-ratelimit-*: integer seconds from Azure, Go durations from OpenAI. Unlimited amounts are left
/// out, as Azure does.
void add_rate_limits(Headers& headers, Kind kind, const Meter& meter, TimePoint now);

/// Request ids, region and the fields every answer of this resource carries.
void add_identity(Headers& headers, const ResourceOptions& resource, const std::string& id);

/// "eastus" -> "East US", as in x-ms-region; unknown names stay as they are.
[[nodiscard]] std::string region_title(const std::string& region);

/// As Go prints a duration of whole milliseconds: "17ms", "1s", "1.5s", "6m0s".
[[nodiscard]] std::string go_duration(std::int64_t milliseconds);

}  // namespace spillway_sim
