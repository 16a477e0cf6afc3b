// The second listener: metrics, health, status. It has a thread and an io_context of its own, so
// that a slow scrape costs no worker anything and a stuck worker cannot silence the health check.
#pragma once

#include "admin/admin_page.hpp"
#include "net/poller.hpp"
#include "net/socket.hpp"
#include "net/task.hpp"
#include "net/timer_wheel.hpp"
#include "net/tls.hpp"
#include "spillway/config.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace spillway {

/// At most 64 connections.
class AdminServer {
public:
    explicit AdminServer(AdminSources sources);
    /// Ends at once; an answer on its way is cut.
    ~AdminServer();
    AdminServer(const AdminServer&) = delete;
    AdminServer& operator=(const AdminServer&) = delete;

    /// Binds and starts answering; port 0 picks one. The error is text for a start-up message. Call
    /// once.
    [[nodiscard]] boost::system::result<asio::ip::tcp::endpoint, std::string> start(
        const AdminConfig& config);

private:
    using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

    [[nodiscard]] std::string load_tls();
    [[nodiscard]] task<void> accept_loop();
    [[nodiscard]] task<void> observe_loop();
    [[nodiscard]] task<void> serve(Socket socket);

    AdminPages pages_;
    std::size_t connections_ = 0;  // admin thread only
    std::optional<ListenerTls> tls_files_;
    std::shared_ptr<TlsContext> tls_;  // null: plain HTTP
    asio::io_context io_{1};
    TimerWheel wheel_;
    Poller poller_;
    Acceptor acceptor_{io_};
    std::thread thread_;
};

}  // namespace spillway
