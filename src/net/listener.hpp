// A worker's listening socket. Each worker has its own (SO_REUSEPORT), so accepting needs no
// coordination; on the way out it lets no handshake begin and accepts until the queue is empty,
// because closing such a socket resets what is still queued (reliability.md §0.17).
#pragma once

#include "net/poller.hpp"
#include "net/socket.hpp"
#include "net/task.hpp"
#include "spillway/time.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace spillway {

class Listener {
public:
    using OnAccept = std::function<void(Socket)>;

    Listener(asio::io_context& io, Poller& poller, OnAccept on_accept);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Numeric address; port 0 picks one. The error is text for a start-up message.
    [[nodiscard]] boost::system::result<asio::ip::tcp::endpoint, std::string> open(
        const std::string& host, std::uint16_t port);
    /// The same with a socket that listens already and whose queue outlives us; takes the
    /// descriptor.
    [[nodiscard]] boost::system::result<asio::ip::tcp::endpoint, std::string> adopt(
        int descriptor, const asio::ip::tcp::endpoint& endpoint);
    /// Runs until `close`.
    [[nodiscard]] task<void> accept_loop();
    /// Takes what is queued, then closes; the loop ends. Callable once.
    [[nodiscard]] task<void> close();

private:
    [[nodiscard]] int take_queued();
    void end_loop();

    using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
    using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
    Acceptor acceptor_;
    SocketState state_;
    OnAccept on_accept_;
    bool adopted_ = false;
};

}  // namespace spillway
