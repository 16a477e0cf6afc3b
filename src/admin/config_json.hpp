// GET /config: the routing table in use with every default filled in. Of secrets it says where they
// come from; they are not in what it is made of (config/settings.hpp).
#pragma once

#include "config/settings.hpp"

#include <map>
#include <string>
#include <string_view>

namespace spillway {

/// As docs/status.md describes it. `hash`: of the table's text.
[[nodiscard]] std::string config_json(std::string_view hash,
                                      const std::map<SettingsOf, Settings>& settings);

}  // namespace spillway
