#include "net/name_lookup.hpp"

#include <future>
#include <thread>
#include <utility>

namespace spillway {
namespace {

using Addresses = Result<std::vector<asio::ip::tcp::endpoint>>;

Addresses look_up_one(const HostPort& host) {
    using Lookup = asio::ip::tcp::resolver;
    asio::io_context io(1);
    Lookup lookup(io);
    boost::system::error_code ec;
    const auto found = lookup.resolve(host.host, std::to_string(host.port), Lookup::numeric_service,
                                      ec);
    if (ec) { return Failure{Stage::resolve, Cause::unavailable, ec}; }
    std::vector<asio::ip::tcp::endpoint> addresses;
    for (const auto& entry : found) { addresses.push_back(entry.endpoint()); }
    return addresses;
}

}  // namespace

LookedUp look_up(const std::vector<HostPort>& hosts, Duration patience) {
    std::map<HostPort, std::future<Addresses>> asked;
    for (const HostPort& host : hosts) {
        if (asked.contains(host)) { continue; }
        std::promise<Addresses> answer;
        asked.emplace(host, answer.get_future());
        // Whoever is left behind owns all that it touches.
        std::thread([host, answer = std::move(answer)]() mutable {
            answer.set_value(look_up_one(host));
        }).detach();
    }
    const TimePoint until = Clock::now() + patience;
    LookedUp all;
    for (auto& [host, answer] : asked) {
        const bool in_time = answer.wait_until(until) == std::future_status::ready;
        const Failure late{Stage::resolve, Cause::timeout, {}};
        all.emplace(host, in_time ? answer.get() : Addresses(late));
    }
    return all;
}

}  // namespace spillway
