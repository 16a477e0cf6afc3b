// Whether the keys of token issuers can be fetched, for the doctor.
#pragma once

#include "spillway/config.hpp"
#include "tools/diagnosis.hpp"

#include <vector>

namespace spillway {

/// One of each issuer; asks it as the gateway would.
[[nodiscard]] std::vector<Diagnosis> check_issuers(const Config& config);

}  // namespace spillway
