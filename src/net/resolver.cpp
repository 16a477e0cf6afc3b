#include "net/resolver.hpp"

#include "telemetry/event_log.hpp"

#include <utility>

namespace spillway {

Resolver::Resolver(std::vector<HostPort> hosts, Publish publish)
    : hosts_(std::move(hosts)), publish_(std::move(publish)) {
    asio::post(io_, [this] { run_pass(); });
    thread_ = std::thread([this] { io_.run(); });
}

Resolver::~Resolver() {
    io_.stop();
    thread_.join();
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
        if (!ec) { run_pass(); }
    });
}

}  // namespace spillway
