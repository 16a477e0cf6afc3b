#include "net/listener.hpp"

#include "telemetry/event_log.hpp"

#include <sys/socket.h>

#include <linux/filter.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace spillway {

namespace {

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// Drops whatever would begin a handshake (SYN, in byte 13 of the TCP header, RFC 9293 §3.1): its
// sender asks again a second later and is refused then, instead of being reset in the queue. Where
// the kernel does not offer it (gVisor), closing is a little less clean.
void refuse_handshakes(int listening) noexcept {
    std::array<sock_filter, 4> program{{
        {BPF_LD | BPF_B | BPF_ABS, 0, 0, 13},
        {BPF_JMP | BPF_JSET | BPF_K, 0, 1, 0x02},
        {BPF_RET | BPF_K, 0, 0, 0},
        {BPF_RET | BPF_K, 0, 0, 0xFFFFFFFF},
    }};
    const sock_fprog filter{program.size(), program.data()};
    ::setsockopt(listening, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

}  // namespace

Listener::Listener(asio::io_context& io, Poller& poller, OnAccept on_accept)
    : acceptor_(io.get_executor()), state_(poller), on_accept_(std::move(on_accept)) {}

boost::system::result<asio::ip::tcp::endpoint, std::string> Listener::open(const std::string& host,
                                                                           std::uint16_t port) {
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(host, ec);
    if (ec) { return "cannot listen on " + host + ": not a numeric address"; }
    const asio::ip::tcp::endpoint endpoint(address, port);
    const auto failed = [&] {
        return "cannot listen on " + host + ":" + std::to_string(port) + ": " + ec.message();
    };
    acceptor_.open(endpoint.protocol(), ec);
    if (ec) { return failed(); }
    acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
    acceptor_.set_option(ReusePort(true), ec);
    acceptor_.bind(endpoint, ec);
    if (ec) { return failed(); }
    acceptor_.listen(4096, ec);
    if (!ec) { acceptor_.native_non_blocking(true, ec); }
    if (ec) { return failed(); }
    if (!state_.watch(acceptor_.native_handle())) {
        ec = {errno, boost::system::system_category()};
        return failed();
    }
    return acceptor_.local_endpoint();
}

boost::system::result<asio::ip::tcp::endpoint, std::string> Listener::adopt(
    int descriptor, const asio::ip::tcp::endpoint& endpoint) {
    boost::system::error_code ec;
    acceptor_.assign(endpoint.protocol(), descriptor, ec);
    if (ec) { return "cannot use an inherited socket: " + ec.message(); }
    acceptor_.native_non_blocking(true, ec);
    if (ec || !state_.watch(acceptor_.native_handle())) {
        return "cannot wait on an inherited socket";
    }
    adopted_ = true;
    return endpoint;
}

task<void> Listener::accept_loop() {
    Timer pause(acceptor_.get_executor());
    for (;;) {
        co_await state_.wait(SocketState::Want::read);
        if (!acceptor_.is_open() || state_.poller().closed()) { co_return; }
        const int error = take_queued();
        if (error == 0) { continue; }
        // Out of descriptors or memory: give others time to finish instead of spinning.
        const std::string said = std::system_category().message(error);
        log_event(Severity::error, "accept_failed", {{"error", said}});
        pause.expires_after(std::chrono::milliseconds(50));
        co_await pause.async_wait(use_tuple);
    }
}

// What kept it from going on; 0: nothing did. A socket that workers share is left to the others
// after each connection.
int Listener::take_queued() {
    do {
        Socket socket(::accept4(acceptor_.native_handle(), nullptr, nullptr,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (socket.is_open()) {
            on_accept_(std::move(socket));
            continue;  // to the loop's condition
        }
        switch (errno) {
            case EAGAIN: state_.drained(); return 0;
            case EMFILE:
            case ENFILE:
            case ENOBUFS:
            case ENOMEM: return errno;
            case EBADF:
            case EINVAL: return 0;
            default: break;  // this connection's own error (accept(2)); the next one may be well
        }
    } while (!adopted_);
    return 0;
}

task<void> Listener::close() {
    if (!acceptor_.is_open()) { co_return; }
    if (adopted_) {
        // Whoever is in the queue is the next process's.
        end_loop();
        co_return;
    }
    refuse_handshakes(acceptor_.native_handle());
    // Handshakes in flight finish, and accept_loop takes them.
    Timer pause(acceptor_.get_executor());
    pause.expires_after(std::chrono::milliseconds(50));
    co_await pause.async_wait(use_tuple);
    static_cast<void>(take_queued());
    end_loop();
}

void Listener::end_loop() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    state_.wake();
}

}  // namespace spillway
