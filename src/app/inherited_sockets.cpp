#include "app/inherited_sockets.hpp"

#include "telemetry/event_log.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace spillway {

namespace {

using Endpoint = boost::asio::ip::tcp::endpoint;

std::optional<Endpoint> listening_endpoint(int descriptor) {
    int listening = 0;
    socklen_t size = sizeof listening;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0) { return {}; }
    Endpoint endpoint;
    size = static_cast<socklen_t>(endpoint.capacity());
    if (listening == 0 || getsockname(descriptor, endpoint.data(), &size) != 0) { return {}; }
    const int family = endpoint.data()->sa_family;
    if (family != AF_INET && family != AF_INET6) { return {}; }
    endpoint.resize(size);
    return endpoint;
}

bool is_at(const Endpoint& endpoint, const boost::asio::ip::address& address, std::uint16_t port) {
    const bool both_any = endpoint.address().is_unspecified() && address.is_unspecified();
    return endpoint.port() == port && (both_any || endpoint.address() == address);
}

}  // namespace

InheritedSockets::InheritedSockets(const std::vector<int>& descriptors) {
    for (const int descriptor : descriptors) {
        const std::optional<Endpoint> endpoint = listening_endpoint(descriptor);
        if (endpoint) {
            sockets_.push_back({{descriptor, *endpoint}});
            continue;
        }
        log_event(Severity::warn, "inherited_descriptor_unusable",
                  {{"descriptor", std::to_string(descriptor)},
                   {"reason", "not a listening TCP socket"}});
        ::close(descriptor);
    }
}

InheritedSockets::~InheritedSockets() {
    for (const Socket& socket : sockets_) { ::close(socket.found.descriptor); }
}

std::optional<InheritedSockets::Found> InheritedSockets::take(const std::string& host,
                                                              std::uint16_t port) {
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(host, ec);
    if (ec) { return std::nullopt; }
    for (Socket& socket : sockets_) {
        if (socket.taken || !is_at(socket.found.endpoint, address, port)) { continue; }
        socket.taken = true;
        return socket.found;
    }
    return std::nullopt;
}

void InheritedSockets::report_unused() const {
    for (const Socket& socket : sockets_) {
        if (socket.taken) { continue; }
        const Endpoint& at = socket.found.endpoint;
        log_event(Severity::warn, "inherited_socket_unused",
                  {{"address", at.address().to_string()},
                   {"port", std::to_string(at.port())},
                   {"advice", "give `listen` of the table the socket's address"}});
    }
}

}  // namespace spillway
