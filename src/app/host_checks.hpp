// The checks of `spillway doctor` that look at this machine: descriptors, files, ports.
#pragma once

#include "spillway/config.hpp"
#include "tools/diagnosis.hpp"

#include <vector>

namespace spillway {

/// Waits at most five seconds, and that only when another program has the admin port.
[[nodiscard]] std::vector<Diagnosis> check_host(const Config& config);

}  // namespace spillway
