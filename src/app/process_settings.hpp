// What a routing table asks of the process as a whole: how much it says, and how many descriptors
// it may open. Applied at start and by every reload.
#pragma once

#include "spillway/config.hpp"

#include <cstdint>

namespace spillway {

/// How many descriptors `limits.connections` needs.
[[nodiscard]] std::uint64_t descriptors_wanted(const CallerLimits& limits) noexcept;

/// Warns when the hard limit of descriptors is below what `limits.connections` needs.
void apply_process_settings(const Config& config);

}  // namespace spillway
