// What every document of an answer carries beside its content: identity, model, and whether Azure's
// content-filter annotations belong on it. Shared by the dialects; separate so that they need not
// know where identities come from.
#pragma once

#include <cstdint>
#include <string>

#include "sim/target.hpp"

namespace spillway_sim {

struct Envelope {
    /// Unique part of ids; a function of the request in deterministic runs.
    std::string id;
    std::int64_t created = 0;
    /// The model's snapshot, e.g. "gpt-4o-2024-08-06", never the deployment (azure-protocol §1.5).
    std::string model;
    Kind kind = Kind::azure;
};

}  // namespace spillway_sim
