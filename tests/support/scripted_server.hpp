// A server for one connection on 127.0.0.1 that says what a test gives it, and keeps what it was
// sent.
#pragma once

#include "net/socket.hpp"

#include <sys/socket.h>

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace spillway {

class ScriptedServer {
public:
    enum class After : std::uint8_t { close, keep_silent };

    explicit ScriptedServer(std::string reply, After after = After::close)
        : reply_(std::move(reply)), after_(after), listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        ::bind(listening_.fd(), any, size);
        ::listen(listening_.fd(), 1);
        ::getsockname(listening_.fd(), any, &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~ScriptedServer() { finish(); }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// What was sent; ends the server.
    [[nodiscard]] const std::string& received() {
        finish();
        return received_;
    }

private:
    void finish() {
        ::shutdown(listening_.fd(), SHUT_RDWR);
        if (thread_.joinable()) { thread_.join(); }
    }

    void serve() {
        const Socket peer(::accept(listening_.fd(), nullptr, nullptr));
        std::array<char, 4096> piece;
        const ssize_t size = ::recv(peer.fd(), piece.data(), piece.size(), 0);
        if (size <= 0) { return; }
        received_.assign(piece.data(), static_cast<std::size_t>(size));
        ::send(peer.fd(), reply_.data(), reply_.size(), MSG_NOSIGNAL);
        if (after_ == After::keep_silent) { ::recv(peer.fd(), piece.data(), piece.size(), 0); }
    }

    std::string reply_;
    After after_;
    Socket listening_;
    std::uint16_t port_ = 0;
    std::string received_;
    std::thread thread_;
};

}  // namespace spillway
