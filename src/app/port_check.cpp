#include "app/port_check.hpp"

#include "app/admin_client.hpp"
#include "config/address.hpp"
#include "wire/json.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <optional>
#include <sstream>

namespace spillway {

namespace {

namespace asio = boost::asio;

constexpr std::size_t address_bytes_max = 64;

PortState state_after(const boost::system::error_code& ec) {
    if (!ec) { return PortState::free; }
    if (ec == asio::error::address_in_use) { return PortState::taken; }
    if (ec == asio::error::access_denied) { return PortState::forbidden; }
    if (ec == boost::system::errc::address_not_available) { return PortState::foreign; }
    return PortState::unusable;
}

/// Alone: a gateway's sockets would let one more share the port.
PortState try_alone(const std::string& host, std::uint16_t port) {
    boost::system::error_code ec;
    const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(host, ec), port);
    if (ec) { return PortState::unusable; }
    asio::io_context io(1);
    asio::ip::tcp::acceptor acceptor(io);
    acceptor.open(endpoint.protocol(), ec);
    if (ec) { return PortState::unusable; }
    // As the gateway does it: connections that have just ended are no hindrance.
    acceptor.set_option(asio::socket_base::reuse_address(true), ec);
    acceptor.bind(endpoint, ec);
    if (!ec) { acceptor.listen(1, ec); }
    return state_after(ec);
}

/// None when what answers there is no gateway's admin listener.
std::optional<std::set<std::uint16_t>> ask_for_ports(const AdminConfig& admin) {
    std::ostringstream unheard;
    const bool is_v6 = admin.host.find(':') != std::string::npos;
    const std::string host = is_v6 ? "[" + admin.host + "]" : admin.host;
    const std::string scheme = admin.tls ? "https://" : "http://";
    const AdminQuery query{"", scheme + host + ":" + std::to_string(admin.port), "/status.json"};
    const AdminAnswer answer = ask_admin(query, {unheard, unheard});
    const JsonValue listeners = JsonValue::parse(answer.body)["listeners"];
    if (answer.status != 200 || listeners.kind() != JsonValue::Kind::array) { return std::nullopt; }
    std::set<std::uint16_t> ports;
    for (JsonMembers each(listeners); each.next();) {
        const auto address = split_authority(each.value()["address"].string(address_bytes_max));
        if (address && address->port) { ports.insert(*address->port); }
    }
    return ports;
}

}  // namespace

PortCheck::PortCheck(const AdminConfig& admin) : admin_state_(try_alone(admin.host, admin.port)) {
    if (admin_state_ != PortState::taken) { return; }
    if (auto ports = ask_for_ports(admin)) {
        admin_state_ = PortState::ours;
        ports_of_gateway_ = *std::move(ports);
    }
}

PortState PortCheck::listener(const std::string& host, std::uint16_t port) const {
    const PortState state = try_alone(host, port);
    const bool ours = state == PortState::taken && ports_of_gateway_.contains(port);
    return ours ? PortState::ours : state;
}

}  // namespace spillway
