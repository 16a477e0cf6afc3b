// `spillway health`: asks a running gateway's admin listener, so that a container's health check
// needs no curl.
#pragma once

#include "app/admin_client.hpp"
#include "app/terminal.hpp"

#include <string>

namespace spillway {

/// Asks `path` (/livez or /readyz) at `address` (host:port) for at most five seconds and prints the
/// answer. `fine` on a 200, `wrong_input` otherwise, `usage` when the address is none.
[[nodiscard]] ExitCode health(const std::string& address, const std::string& path,
                              const AdminPass& pass, Terminal terminal);

}  // namespace spillway
