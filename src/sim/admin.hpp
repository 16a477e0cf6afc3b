// The simulator's own listener: faults, statistics, limits. Separate from the resources so that
// what tests ask for never shows up in what they measure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/connection.hpp"
#include "sim/fault_plan.hpp"
#include "sim/json.hpp"
#include "sim/reply.hpp"
#include "sim/server.hpp"

namespace spillway_sim {

class Admin {
public:
    /// Binds at once; throws InputError or boost::system::system_error. Plan and servers outlive
    /// it.
    Admin(asio::io_context& io, const std::string& address, FaultPlan& plan,
          std::vector<std::unique_ptr<Server>>& servers);

    void start();

    [[nodiscard]] std::string address() const;

private:
    task<void> accept_loop();
    task<void> serve(std::shared_ptr<Connection> connection);
    [[nodiscard]] Reply answer(const Request& request);
    [[nodiscard]] Json act(const Request& request);
    [[nodiscard]] Json change_limits(const Json& wish);
    [[nodiscard]] Json stats() const;
    void apply_refusals();

    asio::io_context& io_;
    FaultPlan& plan_;
    std::vector<std::unique_ptr<Server>>& servers_;
    tcp::acceptor acceptor_;
};

}  // namespace spillway_sim
