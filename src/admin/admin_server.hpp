// The second listener: metrics, health, status. It has a thread and an io_context of its own, so
// that a slow scrape costs no worker anything and a stuck worker cannot silence the health check.
// Beast parses here: the listener is for operators, on loopback unless configured otherwise
// (docs/decisions/0002).
#pragma once

#include "admin/admin_page.hpp"
#include "net/task.hpp"
#include "spillway/config.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <string>
#include <thread>

namespace spillway {

/// Bounds: heads of 8 KiB, bodies of 64 KiB, 64 connections, 30 s for a request to
/// arrive and 10 s for its answer to be taken.
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
    using Connection = boost::beast::basic_stream<asio::ip::tcp, Executor>;

    [[nodiscard]] task<void> accept_loop();
    [[nodiscard]] task<void> observe_loop();
    [[nodiscard]] task<void> serve(Connection connection);
    [[nodiscard]] task<bool> serve_one(Connection& connection, boost::beast::flat_buffer& buffer);
    [[nodiscard]] task<void> linger(Connection& connection);

    AdminPages pages_;
    std::size_t connections_ = 0;  // admin thread only
    asio::io_context io_{1};       // destroyed before what its coroutines use
    Acceptor acceptor_{io_};
    std::thread thread_;
};

}  // namespace spillway
