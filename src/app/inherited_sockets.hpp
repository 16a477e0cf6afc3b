// Listening sockets that somebody keeps open beyond our life, by the address they listen on. The
// queue of such a socket outlives us: whoever connects while nobody accepts just waits.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <string>
#include <vector>

namespace spillway {

/// Owns the descriptors.
class InheritedSockets {
public:
    InheritedSockets() = default;
    /// Those that are no listening TCP sockets are closed and logged.
    explicit InheritedSockets(const std::vector<int>& descriptors);
    ~InheritedSockets();
    InheritedSockets(const InheritedSockets&) = delete;
    InheritedSockets& operator=(const InheritedSockets&) = delete;

    struct Found {
        int descriptor;  ///< stays ours; to be duplicated
        boost::asio::ip::tcp::endpoint endpoint;
    };
    /// The one that listens where `host` and `port` of a table say: the same port, and the same
    /// address or both any address (systemd's `ListenStream=8080` is [::]:8080). Once each.
    [[nodiscard]] std::optional<Found> take(const std::string& host, std::uint16_t port);
    /// Logs those nobody took: their callers would wait for ever.
    void report_unused() const;

private:
    struct Socket {
        Found found;
        bool taken = false;
    };
    std::vector<Socket> sockets_;
};

}  // namespace spillway
