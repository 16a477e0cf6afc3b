// A socket's descriptor, owned. Not Asio's: a socket of Asio is registered with Asio's own epoll,
// and ours are with the poller's.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <unistd.h>

#include <utility>

namespace spillway {

namespace asio = boost::asio;

class Socket {
public:
    Socket() = default;
    explicit Socket(int owned) noexcept : fd_(owned) {}
    /// A non-blocking TCP socket for connecting to `peer`; closed when there is no descriptor left.
    [[nodiscard]] static Socket for_peer(const asio::ip::tcp::endpoint& peer) noexcept;
    ~Socket() { close(); }
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
    void close() noexcept {
        if (is_open()) { ::close(std::exchange(fd_, -1)); }
    }
    /// Small writes go out at once.
    void send_without_delay() const noexcept;
    /// Unspecified when it is not connected.
    [[nodiscard]] asio::ip::tcp::endpoint peer() const noexcept;

private:
    int fd_ = -1;
};

}  // namespace spillway
