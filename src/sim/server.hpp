// The listener of one resource and the exchanges on its connections: request in, fault chosen,
// answer out, everything counted. Refusing connections means that the listener is closed for a
// while.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "sim/connection.hpp"
#include "sim/fault_plan.hpp"
#include "sim/reply.hpp"
#include "sim/resource.hpp"
#include "sim/wire_image.hpp"

namespace spillway_sim {

enum class HeaderFaults { ignored, honoured };

/// "127.0.0.1:9101" to an endpoint. Throws InputError.
[[nodiscard]] tcp::endpoint read_endpoint(const std::string& address);

/// "127.0.0.1:9101".
[[nodiscard]] std::string write_endpoint(const tcp::endpoint& endpoint);

/// One request's answer, decided and laid out; what is left is to send it.
struct Exchange {
    Fault fault;
    Reply reply;
    WireImage image;
};

class Server {
public:
    /// Binds at once; throws boost::system::system_error if that fails. Resource and plan outlive
    /// the server and the io_context's coroutines.
    Server(asio::io_context& io, Resource& resource, FaultPlan& plan, HeaderFaults header_faults);

    /// Starts accepting; the server outlives the run of the io_context.
    void start();

    /// Closes or reopens the listener as the plan says at `now`.
    void apply_refusal(TimePoint now);

    [[nodiscard]] Resource& resource() { return resource_; }
    [[nodiscard]] std::string address() const { return write_endpoint(endpoint_); }

private:
    task<void> accept_loop();
    task<void> watch_plan();
    task<void> serve(std::shared_ptr<Connection> connection);
    task<bool> exchange(Connection& connection, const Request& request, TimePoint& idle_until);
    [[nodiscard]] Exchange decide(const Request& request, const Call& call, TimePoint now);
    [[nodiscard]] Fault choose_fault(const Request& request, const Call& call, TimePoint now);
    void open();
    void admit(tcp::socket socket);
    void reset_connections();

    asio::io_context& io_;
    Resource& resource_;
    FaultPlan& plan_;
    HeaderFaults header_faults_;
    std::optional<asio::ssl::context> tls_;
    tcp::acceptor acceptor_;
    tcp::endpoint endpoint_;
    std::vector<std::weak_ptr<Connection>> connections_;
};

}  // namespace spillway_sim
