// Turns the command line into the JSON that options.hpp reads. Separate because the order of the
// arguments means something here: options after --resource belong to that resource.
#pragma once

#include <string>
#include <vector>

#include "sim/json.hpp"

namespace spillway_sim {

/// The options as JSON; with `--config FILE` the file's content, changed by what follows it.
/// Throws InputError.
[[nodiscard]] Json read_command_line(const std::vector<std::string>& arguments);

/// What `--help` prints.
[[nodiscard]] std::string help_text();

}  // namespace spillway_sim
