// What a service manager (systemd) hands to its services and wants to hear from them, without its
// library: listening sockets it keeps open across restarts (sd_listen_fds(3)) and one datagram per
// state (sd_notify(3)).
#pragma once

#include <string_view>
#include <vector>

namespace spillway {

/// Sockets meant for this process; empty without a service manager. They are ours from now on, and
/// a second call finds none.
[[nodiscard]] std::vector<int> take_inherited_sockets();

/// Tells it e.g. "READY=1"; nothing happens without one.
void tell_supervisor(std::string_view state);

}  // namespace spillway
