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

constexpr int send_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
// Copying this much costs less than the kernel's reading of a list of pieces.
constexpr std::size_t flat_bytes_max = 4096;

ssize_t send_flat(const Socket& socket, const Chain& chain) noexcept {
    std::array<char, flat_bytes_max> flat;
    std::size_t size = 0;
    for (const std::string_view piece : chain.pieces()) {
        size += piece.copy(flat.data() + size, piece.size());
    }
    return ::send(socket.fd(), flat.data(), size, send_flags);
}

ssize_t send_gathered(const Socket& socket, const Chain& chain) noexcept {
    std::array<iovec, Chain::pieces_max> pieces;
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
    return ::sendmsg(socket.fd(), &message, send_flags);
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

Stream::Stream(Socket socket, Poller& poller) : state_(poller), socket_(std::move(socket)) {}

Stream::~Stream() = default;

void Stream::expires_at(TimePoint deadline) noexcept {
    timed_out_ = false;
    state_.poller().wheel().arm(*this, deadline);
}

void Stream::cancel() noexcept {
    cancelled_ = true;
    state_.wake();
}

void Stream::on_deadline() {
    timed_out_ = true;
    state_.wake();
}

Failure Stream::failure(boost::system::error_code ec) const noexcept {
    return Failure{stage_, cause_of(ec), ec};
}

Failure Stream::stopped() const noexcept {
    return Failure{stage_, timed_out_ && !cancelled_ ? Cause::timeout : Cause::cancelled,
                   asio::error::operation_aborted};
}

task<Result<void>> Stream::wait(SocketState::Want want) {
    if (is_stopped()) { co_return stopped(); }
    co_await state_.wait(want);
    if (is_stopped()) { co_return stopped(); }
    co_return Result<void>{};
}

Result<void> Stream::accepted() noexcept {
    return state_.watch(socket_.fd()) ? Result<void>{} : Result<void>{failure(errno_code())};
}

task<Result<void>> Stream::connect(asio::ip::tcp::endpoint address) {
    const auto size = static_cast<socklen_t>(address.size());
    const bool connected = ::connect(socket_.fd(), address.data(), size) == 0;
    if (!connected && errno != EINPROGRESS) { co_return failure(errno_code()); }
    state_.filled();
    if (!state_.watch(socket_.fd())) { co_return failure(errno_code()); }
    const Result<void> ready = co_await wait(SocketState::Want::write);
    if (!ready) { co_return ready; }
    int error = 0;
    socklen_t error_size = sizeof error;
    ::getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &error, &error_size);
    if (error != 0) { co_return failure({error, boost::system::system_category()}); }
    socket_.send_without_delay();
    co_return Result<void>{};
}

task<Result<void>> Stream::handshake(TlsSession session) {
    tls_ = std::move(session);
    tls_.attach(socket_.fd());
    for (;;) {
        const TlsStep step = tls_.handshake();
        if (step.cause != Cause::none) { co_return Failure{stage_, step.cause, errno_code()}; }
        if (step.want == TlsWant::nothing) { co_return Result<void>{}; }
        const bool reads = step.want == TlsWant::read;
        reads ? state_.drained() : state_.filled();
        const auto want = reads ? SocketState::Want::read : SocketState::Want::write;
        const Result<void> ready = co_await wait(want);
        if (!ready) { co_return ready; }
    }
}

task<Result<std::size_t>> Stream::read_some(std::span<char> into) {
    for (;;) {
        if (is_stopped()) { co_return stopped(); }
        if (has_input()) {
            const Result<std::size_t> bytes = try_read(into);
            if (!bytes || *bytes > 0) { co_return bytes; }
        }
        co_await state_.wait(wanted_to_read());
    }
}

task<Result<void>> Stream::wait_readable() {
    if (is_stopped()) { co_return stopped(); }
    ++reads_in_a_row_;
    const bool is_others_turn = state_.readable() && reads_in_a_row_ == reads_in_a_row_max;
    if (has_input() && !is_others_turn) { co_return Result<void>{}; }
    reads_in_a_row_ = 0;
    co_await state_.wait(wanted_to_read());
    if (is_stopped()) { co_return stopped(); }
    co_return Result<void>{};
}

bool Stream::has_input() const noexcept {
    if (wants_write_) { return state_.writable(); }
    return state_.readable() || (tls_.active() && tls_.has_buffered_input());
}

SocketState::Want Stream::wanted_to_read() const noexcept {
    return wants_write_ ? SocketState::Want::write : SocketState::Want::read;
}

Result<std::size_t> Stream::try_read(std::span<char> into) noexcept {
    if (is_stopped()) { return stopped(); }
    return tls_.active() ? try_read_tls(into) : try_read_plain(into);
}

Result<std::size_t> Stream::try_read_plain(std::span<char> into) noexcept {
    const ssize_t bytes = ::recv(socket_.fd(), into.data(), into.size(), MSG_DONTWAIT);
    if (bytes > 0) {
        // A short read has taken everything (epoll(7), question 9) but the end behind it.
        const bool is_short = static_cast<std::size_t>(bytes) < into.size();
        if (is_short && !state_.hung_up()) { state_.drained(); }
        return static_cast<std::size_t>(bytes);
    }
    if (bytes == 0) { return failure(asio::error::eof); }
    if (errno == EAGAIN) { state_.drained(); }
    if (errno == EAGAIN || errno == EINTR) { return std::size_t{0}; }
    return failure(errno_code());
}

Result<std::size_t> Stream::try_read_tls(std::span<char> into) noexcept {
    const TlsStep step = tls_.read(into);
    if (step.cause != Cause::none) { return Failure{stage_, step.cause, errno_code()}; }
    wants_write_ = step.want == TlsWant::write;
    if (step.want == TlsWant::read) { state_.drained(); }
    if (step.want == TlsWant::write) { state_.filled(); }
    return step.bytes;
}

Result<void> Stream::try_write(Chain& chain) noexcept {
    if (is_stopped()) { return stopped(); }
    return tls_.active() ? try_write_tls(chain) : try_write_plain(chain);
}

Result<void> Stream::try_write_plain(Chain& chain) noexcept {
    const ssize_t sent = chain.bytes() <= flat_bytes_max ? send_flat(socket_, chain)
                                                         : send_gathered(socket_, chain);
    if (sent >= 0) {
        chain.consume(static_cast<std::size_t>(sent));
        if (!chain.empty()) { state_.filled(); }
        return {};
    }
    if (errno == EAGAIN) { state_.filled(); }
    if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS) { return {}; }
    return failure(errno_code());
}

Result<void> Stream::try_write_tls(Chain& chain) noexcept {
    while (!chain.empty()) {
        const TlsStep step = tls_.write(chain.pieces().front());
        if (step.cause != Cause::none) { return Failure{stage_, step.cause, errno_code()}; }
        if (step.want == TlsWant::write) { state_.filled(); }
        if (step.want != TlsWant::nothing) { return {}; }
        chain.consume(step.bytes);
    }
    return {};
}

task<Result<void>> Stream::write_rest(Chain& chain, Duration stall) {
    while (!chain.empty()) {
        expires_at(Clock::now() + stall);
        if (!state_.writable()) {
            const Result<void> ready = co_await wait(SocketState::Want::write);
            if (!ready) { co_return ready; }
        }
        const Result<void> written = try_write(chain);
        if (!written) { co_return written; }
    }
    co_return Result<void>{};
}

bool Stream::quiet() noexcept {
    if (is_stopped()) { return false; }
    if (!has_input()) { return true; }
    char byte = 0;
    if (tls_.active()) {
        // Session tickets may arrive at any time: let OpenSSL look; application data or an end is
        // not quiet.
        const Result<std::size_t> bytes = try_read_tls({&byte, 1});
        return bytes && *bytes == 0;
    }
    const ssize_t seen = ::recv(socket_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return seen < 0 && errno == EAGAIN;
}

void Stream::finish() noexcept {
    tls_.close_notify();
    ::shutdown(socket_.fd(), SHUT_WR);
}

void Stream::abort() noexcept {
    const linger at_once{1, 0};
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.close();
}

}  // namespace spillway
