// The command line: which command, with which arguments, and how to ask for help. What the commands
// do is in their own files.
#pragma once

#include "app/terminal.hpp"

#include <string>
#include <vector>

namespace spillway {

/// `arguments` without the program's name. Runs the command named by the first one.
[[nodiscard]] ExitCode run_cli(const std::vector<std::string>& arguments, Terminal terminal);

}  // namespace spillway
