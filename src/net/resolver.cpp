#include "net/resolver.hpp"

#include "telemetry/event_log.hpp"

#include <algorithm>
#include <utility>

namespace spillway {

Resolver::Resolver(Publish publish)
    : publish_(std::move(publish)), thread_([this] { io_.run(); }) {}

Resolver::~Resolver() {
    io_.stop();
    thread_.join();
}

std::future<void> Resolver::resolve(std::vector<HostPort> hosts) {
    auto done = std::make_shared<std::promise<void>>();
    asio::post(io_, [this, done, hosts = std::move(hosts)] {
        hosts_ = hosts;
        run_pass();
        done->set_value();
    });
    return done->get_future();
}

void Resolver::refresh() {
    std::erase_if(known_, [this](const auto& entry) {
        return std::find(hosts_.begin(), hosts_.end(), entry.first) == hosts_.end();
    });
    run_pass();
}

void Resolver::run_pass() {
    using Lookup = asio::ip::tcp::resolver;
    Lookup lookup(io_);
    for (const HostPort& host : hosts_) {
        boost::system::error_code ec;
        const auto found = lookup.resolve(host.host, std::to_string(host.port),
                                          Lookup::numeric_service, ec);
        if (ec) {
            log_event(Severity::warn, "dns_failed",
                      {{"host", host.host},
                       {"error", ec.message()},
                       {"keeping", known_.contains(host) ? "known addresses" : "nothing"}});
            continue;
        }
        std::vector<asio::ip::tcp::endpoint> addresses;
        for (const auto& entry : found) { addresses.push_back(entry.endpoint()); }
        known_[host] = std::move(addresses);
        if (io_.stopped()) { return; }
    }
    publish_(std::make_shared<const AddressBook>(known_));
    timer_.expires_after(refresh_every);
    timer_.async_wait([this](const boost::system::error_code& ec) {
        if (!ec) { refresh(); }
    });
}

}  // namespace spillway
