// The JSON type of the simulator: documents keep the order in which Azure writes its fields, so
// that a recorded stream and a simulated one can be compared by eye. Separate because every unit
// that reads or writes a document needs exactly this and nothing else.
#pragma once

#include <nlohmann/json.hpp>

namespace spillway_sim {

using Json = nlohmann::ordered_json;

}  // namespace spillway_sim
