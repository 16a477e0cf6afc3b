// One connection, plain or TLS, as one type: read, gather-write, one deadline. OpenSSL works on the
// descriptor itself (a third of the memory per idle connection of asio::ssl::stream; design.md §5),
// so both kinds wait for state and then move bytes synchronously; a caller that idles holds no
// read buffer. Who reads short or finds nothing says so to the poller's SocketState, and only then
// is the socket waited for.
#pragma once

#include "net/poller.hpp"
#include "net/socket.hpp"
#include "net/task.hpp"
#include "net/timer_wheel.hpp"
#include "net/tls.hpp"
#include "spillway/result.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace spillway {

/// Pieces to be written as one; consumed from the front as they go out.
class Chain {
public:
    static constexpr std::size_t pieces_max = 8;

    void add(std::string_view piece) noexcept;
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t bytes() const noexcept;
    [[nodiscard]] std::span<const std::string_view> pieces() const noexcept {
        return {pieces_.data(), size_};
    }
    void consume(std::size_t bytes) noexcept;

private:
    std::array<std::string_view, pieces_max> pieces_;
    std::size_t size_ = 0;
};

/// Owned by one coroutine of one worker; not movable, because a timer and pending operations refer
/// to it. Failures carry the stage last set with `stage()`.
class Stream final : private TimerEntry {
public:
    /// An accepted socket, or one for `connect`.
    Stream(Socket socket, Poller& poller);
    ~Stream() override;

    /// What failures mean from now on.
    void stage(Stage stage) noexcept { stage_ = stage; }
    /// Every pending and later operation fails with Cause::timeout once this has passed; `never`
    /// lifts it.
    void expires_at(TimePoint deadline) noexcept;
    /// Every pending and later operation fails with Cause::cancelled.
    void cancel() noexcept;
    [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }

    /// Of an accepted socket: before anything else.
    [[nodiscard]] Result<void> accepted() noexcept;
    [[nodiscard]] task<Result<void>> connect(asio::ip::tcp::endpoint address);
    /// As client: verifies the peer against `host`. As server: `host` is ignored.
    [[nodiscard]] task<Result<void>> handshake(TlsSession session);

    /// At least one byte; the clean end of the peer's sending is Cause::closed.
    [[nodiscard]] task<Result<std::size_t>> read_some(std::span<char> into);
    /// Returns when a read would not block. Holds no buffer meanwhile.
    [[nodiscard]] task<Result<void>> wait_readable();
    /// Reads what is there; 0: nothing yet.
    [[nodiscard]] Result<std::size_t> try_read(std::span<char> into) noexcept;

    /// Writes what the kernel takes now, consuming it from `chain`. The usual case needs no more
    /// than this.
    [[nodiscard]] Result<void> try_write(Chain& chain) noexcept;
    /// Writes the rest; fails when `stall` passes without any progress. Replaces the deadline.
    [[nodiscard]] task<Result<void>> write_rest(Chain& chain, Duration stall);

    /// A pooled connection that may be used again: still open and without a byte that nobody asked
    /// for.
    [[nodiscard]] bool quiet() noexcept;
    /// Tells the peer that nothing follows (FIN, close_notify) without waiting for it.
    void finish() noexcept;
    /// Ends abnormally: RST, and no close_notify. The peer cannot mistake it for a complete
    /// message.
    void abort() noexcept;

    /// Who is told when the peer hangs up; null for none.
    void observe_hangup(HangupObserver* observer) noexcept { state_.observe(observer); }
    [[nodiscard]] bool hung_up() const noexcept { return state_.hung_up(); }
    /// SocketState::let_others_read
    [[nodiscard]] asio::awaitable<void, Executor> let_others_read() {
        return state_.let_others_read();
    }

    [[nodiscard]] const Socket& socket() const noexcept { return socket_; }
    [[nodiscard]] const TlsSession& tls() const noexcept { return tls_; }

private:
    /// So many pieces of a flood are read before other connections have their turn.
    static constexpr std::uint8_t reads_in_a_row_max = 16;

    void on_deadline() override;
    [[nodiscard]] Failure failure(boost::system::error_code ec) const noexcept;
    [[nodiscard]] Failure stopped() const noexcept;
    [[nodiscard]] bool is_stopped() const noexcept {
        return timed_out_ || cancelled_ || state_.poller().closed();
    }
    [[nodiscard]] bool has_input() const noexcept;
    [[nodiscard]] SocketState::Want wanted_to_read() const noexcept;
    [[nodiscard]] Result<std::size_t> try_read_plain(std::span<char> into) noexcept;
    [[nodiscard]] Result<std::size_t> try_read_tls(std::span<char> into) noexcept;
    [[nodiscard]] Result<void> try_write_plain(Chain& chain) noexcept;
    [[nodiscard]] Result<void> try_write_tls(Chain& chain) noexcept;
    [[nodiscard]] task<Result<void>> wait(SocketState::Want want);

    SocketState state_;
    Socket socket_;
    TlsSession tls_;
    Stage stage_ = Stage::connect;
    bool timed_out_ = false;
    bool cancelled_ = false;
    std::uint8_t reads_in_a_row_ = 0;
    bool wants_write_ = false;  // TLS: the last read needs the socket to be writable first
};

}  // namespace spillway
