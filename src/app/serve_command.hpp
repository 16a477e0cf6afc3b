// `spillway serve`: a gateway from a file until a signal ends it. The one place that knows signals;
// what runs meanwhile is the Gateway's.
#pragma once

#include "app/terminal.hpp"

#include <string>

namespace spillway {

/// SIGHUP reads the table again and reopens the access log, SIGUSR1 only reopens it.
/// Returns when the first SIGTERM or SIGINT has been followed by an orderly end; a second one ends
/// it now. `wrong_input` when the table has errors or the gateway cannot start.
[[nodiscard]] ExitCode serve(const std::string& config_path, Terminal terminal);

}  // namespace spillway
