#include "net/dialer.hpp"

#include "telemetry/event_log.hpp"

#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <utility>

namespace spillway {
namespace {

// A peer that vanished in mid-stream is noticed before the silence limit (reliability.md §4.8).
void watch_for_black_holes(const Socket& socket) {
    const int fd = socket.fd();
    const int on = 1;
    const int idle_seconds = 15;
    const int interval_seconds = 5;
    const int probes = 3;
    const unsigned unacked_ms = 30'000;
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_seconds, sizeof interval_seconds);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked_ms, sizeof unacked_ms);
}

// Nobody but the operator can mend what is wrong with an endpoint's TLS.
void tell(const DialTarget& target, const Failure& failure, const Stream& stream) {
    if (failure.cause == Cause::cancelled) { return; }
    const bool distrusted = failure.cause == Cause::certificate;
    const bool silent = failure.cause == Cause::timeout;
    const std::string_view said = silent ? std::string_view() : stream.tls().handshake_error();
    log_event(distrusted ? Severity::error : Severity::warn,
              distrusted ? "upstream_certificate_refused" : "upstream_handshake_failed",
              {{"host", target.name}, {"reason", said.empty() ? name(failure.cause) : said}});
}

}  // namespace

task<Result<std::unique_ptr<Stream>>> dial(const DialTarget& target, const AddressBook& book,
                                           DialClock clock, Poller& poller,
                                           DialObserver& observer) {
    const auto known = book.find(target.address);
    if (known == book.end() || known->second.empty()) {
        co_return Failure{Stage::resolve, Cause::unavailable, asio::error::host_not_found};
    }
    // The book may be replaced while we wait.
    const std::vector<asio::ip::tcp::endpoint> addresses = known->second;
    const Duration share = clock.connect / static_cast<Duration::rep>(addresses.size());
    Failure last{Stage::connect, Cause::refused, asio::error::connection_refused};
    for (const asio::ip::tcp::endpoint& address : addresses) {
        auto stream = std::make_unique<Stream>(Socket::for_peer(address), poller);
        stream->stage(Stage::connect);
        stream->expires_at(std::min(Clock::now() + share, clock.deadline));
        observer.dialling(stream.get());
        Result<void> ready = co_await stream->connect(address);
        if (ready && target.tunnel) { ready = co_await open_tunnel(*stream, *target.tunnel); }
        if (ready && target.tls) {
            stream->stage(Stage::tls);
            stream->expires_at(std::min(Clock::now() + clock.connect * 3 / 2, clock.deadline));
            TlsSession session = TlsSession::client(target.tls, target.name);
            ready = co_await stream->handshake(std::move(session));
        }
        observer.dialling(nullptr);
        if (ready) {
            watch_for_black_holes(stream->socket());
            co_return stream;
        }
        last = ready.error();
        if (last.stage == Stage::tls) { tell(target, last, *stream); }
        if (last.cause == Cause::cancelled) { break; }
    }
    co_return last;
}

}  // namespace spillway
