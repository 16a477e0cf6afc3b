// The checks of `spillway doctor` that go out to the resources, all of them at the same time.
#pragma once

#include "spillway/config.hpp"
#include "tools/diagnosis.hpp"

#include <vector>

namespace spillway {

/// In the table's order; the last one is about the clock. Takes half a minute at most, whatever
/// hangs.
[[nodiscard]] std::vector<Diagnosis> check_resources(const Config& config);

}  // namespace spillway
