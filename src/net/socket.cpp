#include "net/socket.hpp"

#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace spillway {

Socket Socket::for_peer(const asio::ip::tcp::endpoint& peer) noexcept {
    const int family = peer.protocol().family();
    return Socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
}

void Socket::send_without_delay() const noexcept {
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

asio::ip::tcp::endpoint Socket::peer() const noexcept {
    asio::ip::tcp::endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    if (::getpeername(fd_, peer.data(), &size) == 0) { peer.resize(size); }
    return peer;
}

}  // namespace spillway
