// A finding in a YAML file as JSON, for the commands that report them to programs.
#pragma once

#include "spillway/config_load.hpp"

#include <nlohmann/json_fwd.hpp>

namespace spillway {

/// {severity, line, column, path, message, suggestion}
[[nodiscard]] nlohmann::ordered_json finding_json(const ConfigIssue& issue);

}  // namespace spillway
