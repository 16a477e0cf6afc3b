// Where callers are accepted: every worker listens on every address of the table, on a socket of
// its own, or on its share of one that was inherited.
#pragma once

#include "app/inherited_sockets.hpp"
#include "app/worker.hpp"
#include "spillway/config.hpp"

#include <memory>
#include <string>
#include <vector>

namespace spillway {

/// Opens all of `config` on all of `workers`, which have not started. Returns the addresses as text
/// ("127.0.0.1:8080", "[::1]:8080"), or why one cannot be opened.
[[nodiscard]] boost::system::result<std::vector<std::string>, std::string> open_listeners(
    const Config& config, const std::vector<std::unique_ptr<Worker>>& workers,
    InheritedSockets& inherited);

/// Each listener's certificates, read now; null for plain.
[[nodiscard]] boost::system::result<std::vector<std::shared_ptr<TlsContext>>, std::string>
listener_tls(const Config& config);

[[nodiscard]] std::string to_text(const asio::ip::tcp::endpoint& endpoint);

}  // namespace spillway
