// The program: options in, listeners up, one line that says where they are, until a signal.

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "sim/admin.hpp"
#include "sim/command_line.hpp"
#include "sim/fault_plan.hpp"
#include "sim/fields.hpp"
#include "sim/options.hpp"
#include "sim/resource.hpp"
#include "sim/server.hpp"

namespace {

using namespace spillway_sim;

Json where_they_are(const std::vector<std::unique_ptr<Server>>& servers, const Admin& admin) {
    Json resources = Json::object();
    for (const auto& server : servers) {
        resources[server->resource().options().name] = {{"address", server->address()}};
    }
    return {{"resources", std::move(resources)}, {"admin", admin.address()}};
}

void run(const Options& options) {
    const TimePoint start = spillway::Clock::now();
    FaultPlan plan(options.seed);
    for (const Json& rule : options.faults) { plan.add(rule, start); }
    // Coroutines live in the io_context until it is destroyed, so what they refer to comes first.
    std::vector<std::unique_ptr<Resource>> resources;
    asio::io_context io(1);
    std::vector<std::unique_ptr<Server>> servers;
    const auto header_faults = options.has_header_faults ? HeaderFaults::honoured
                                                         : HeaderFaults::ignored;
    for (const ResourceOptions& resource : options.resources) {
        resources.push_back(std::make_unique<Resource>(resource, options.is_deterministic, start));
        servers.push_back(std::make_unique<Server>(io, *resources.back(), plan, header_faults));
    }
    Admin admin(io, options.admin, plan, servers);
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&io](const error_code&, int) { io.stop(); });
    for (const auto& server : servers) { server->start(); }
    admin.start();
    std::cout << where_they_are(servers, admin).dump() << std::endl;
    io.run();
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> arguments(values + 1, values + count);
    if (std::find(arguments.begin(), arguments.end(), "--help") != arguments.end()) {
        std::cout << spillway_sim::help_text();
        return 0;
    }
    try {
        run(spillway_sim::read_options(spillway_sim::read_command_line(arguments)));
    } catch (const std::exception& error) {
        std::cerr << "spillway-sim: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
