#include "net/stream.hpp"

#include <boost/asio/error.hpp>

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <utility>

namespace spillway {
namespace {

boost::system::error_code errno_code() noexcept {
    return {errno, boost::system::system_category()};
}

Cause cause_of(const boost::system::error_code& ec) noexcept {
    if (ec == asio::error::eof) { return Cause::closed; }
    if (ec == asio::error::connection_reset || ec == asio::error::broken_pipe) {
        return Cause::reset;
    }
    if (ec == asio::error::timed_out) {
        return Cause::timeout;  // the kernel gave up (TCP_USER_TIMEOUT, SYN retries)
    }
    return Cause::refused;
}

}  // namespace

void Chain::add(std::string_view piece) noexcept {
    if (!piece.empty() && size_ < pieces_max) {
        pieces_[size_] = piece;
        ++size_;
    }
}

std::size_t Chain::bytes() const noexcept {
    std::size_t sum = 0;
    for (const std::string_view piece : pieces()) { sum += piece.size(); }
    return sum;
}

void Chain::consume(std::size_t bytes) noexcept {
    std::size_t gone = 0;
    while (gone < size_ && bytes >= pieces_[gone].size()) {
        bytes -= pieces_[gone].size();
        ++gone;
    }
    for (std::size_t i = gone; i < size_; ++i) { pieces_[i - gone] = pieces_[i]; }
    size_ -= gone;
    if (size_ > 0) { pieces_[0].remove_prefix(bytes); }
}

Stream::Stream(Socket socket, TimerWheel& wheel) : socket_(std::move(socket)), wheel_(wheel) {}

Stream::~Stream() = default;

void Stream::expires_at(TimePoint deadline) noexcept {
    timed_out_ = false;
    wheel_.arm(*this, deadline);
}

void Stream::cancel() noexcept {
    cancelled_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

void Stream::on_deadline() {
    timed_out_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

Failure Stream::failure(boost::system::error_code ec) const noexcept {
    return Failure{stage_, cause_of(ec), ec};
}

Failure Stream::stopped() const noexcept {
    return Failure{stage_, cancelled_ ? Cause::cancelled : Cause::timeout,
                   asio::error::operation_aborted};
}

task<Result<void>> Stream::wait(Socket::wait_type what) {
    if (is_stopped()) { co_return stopped(); }
    const auto [ec] = co_await socket_.async_wait(what, use_tuple);
    if (is_stopped()) { co_return stopped(); }
    if (ec) { co_return failure(ec); }
    co_return Result<void>{};
}

task<Result<void>> Stream::connect(asio::ip::tcp::endpoint address) {
    const auto [ec] = co_await socket_.async_connect(address, use_tuple);
    if (is_stopped()) { co_return stopped(); }
    if (ec) { co_return failure(ec); }
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.native_non_blocking(true, ignored);
    co_return Result<void>{};
}

task<Result<void>> Stream::handshake(TlsSession session) {
    tls_ = std::move(session);
    tls_.attach(socket_.native_handle());
    for (;;) {
        const TlsStep step = tls_.handshake();
        if (step.cause != Cause::none) { co_return Failure{stage_, step.cause, errno_code()}; }
        if (step.want == TlsWant::nothing) { co_return Result<void>{}; }
        const auto what = step.want == TlsWant::read ? Socket::wait_read : Socket::wait_write;
        const Result<void> ready = co_await wait(what);
        if (!ready) { co_return ready; }
    }
}

task<Result<std::size_t>> Stream::read_some(std::span<char> into) {
    if (!tls_.active()) {
        if (is_stopped()) { co_return stopped(); }
        // Asio's own read: while the last one was short it costs one system call, the wait
        // included.
        const auto buffer = asio::buffer(into.data(), into.size());
        const auto [ec, bytes] = co_await socket_.async_read_some(buffer, use_tuple);
        if (is_stopped()) { co_return stopped(); }
        if (ec) { co_return failure(ec); }
        co_return bytes;
    }
    for (;;) {
        const Result<std::size_t> bytes = try_read(into);
        if (!bytes || *bytes > 0) { co_return bytes; }
        const Result<void> ready = co_await wait_readable();
        if (!ready) { co_return ready.error(); }
    }
}

task<Result<void>> Stream::wait_readable() {
    if (tls_.active() && tls_.has_buffered_input()) { co_return Result<void>{}; }
    const auto what = wants_write_ ? Socket::wait_write : Socket::wait_read;
    co_return co_await wait(what);
}

Result<std::size_t> Stream::try_read(std::span<char> into) noexcept {
    if (is_stopped()) { return stopped(); }
    return tls_.active() ? try_read_tls(into) : try_read_plain(into);
}

Result<std::size_t> Stream::try_read_plain(std::span<char> into) noexcept {
    const ssize_t bytes = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
    if (bytes > 0) { return static_cast<std::size_t>(bytes); }
    if (bytes == 0) { return failure(asio::error::eof); }
    if (errno == EAGAIN || errno == EINTR) { return std::size_t{0}; }
    return failure(errno_code());
}

Result<std::size_t> Stream::try_read_tls(std::span<char> into) noexcept {
    const TlsStep step = tls_.read(into);
    if (step.cause != Cause::none) { return Failure{stage_, step.cause, errno_code()}; }
    wants_write_ = step.want == TlsWant::write;
    return step.bytes;
}

Result<void> Stream::try_write(Chain& chain) noexcept {
    if (is_stopped()) { return stopped(); }
    return tls_.active() ? try_write_tls(chain) : try_write_plain(chain);
}

Result<void> Stream::try_write_plain(Chain& chain) noexcept {
    std::array<iovec, Chain::pieces_max> pieces{};
    std::size_t count = 0;
    for (const std::string_view piece : chain.pieces()) {
        // iovec is C's: sendmsg only reads through it.
        pieces[count].iov_base = const_cast<char*>(piece.data());
        pieces[count].iov_len = piece.size();
        ++count;
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
        chain.consume(static_cast<std::size_t>(sent));
        return {};
    }
    if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS) { return {}; }
    return failure(errno_code());
}

Result<void> Stream::try_write_tls(Chain& chain) noexcept {
    while (!chain.empty()) {
        const TlsStep step = tls_.write(chain.pieces().front());
        if (step.cause != Cause::none) { return Failure{stage_, step.cause, errno_code()}; }
        if (step.want != TlsWant::nothing) { return {}; }
        chain.consume(step.bytes);
    }
    return {};
}

task<Result<void>> Stream::write_rest(Chain& chain, Duration stall) {
    while (!chain.empty()) {
        expires_at(Clock::now() + stall);
        const Result<void> ready = co_await wait(Socket::wait_write);
        if (!ready) { co_return ready; }
        const Result<void> written = try_write(chain);
        if (!written) { co_return written; }
    }
    co_return Result<void>{};
}

bool Stream::quiet() noexcept {
    if (is_stopped()) { return false; }
    if (tls_.active()) {
        // Session tickets may arrive at any time: let OpenSSL look; application data or an end is
        // not quiet.
        char byte = 0;
        const TlsStep step = tls_.read({&byte, 1});
        return step.cause == Cause::none && step.bytes == 0;
    }
    char byte = 0;
    const ssize_t seen = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return seen < 0 && errno == EAGAIN;
}

void Stream::finish() noexcept {
    tls_.close_notify();
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
}

void Stream::abort() noexcept {
    boost::system::error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
}

}  // namespace spillway
