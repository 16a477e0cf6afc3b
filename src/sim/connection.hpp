// One accepted connection with a reader that never sleeps: what the peer sends waits in an inbox,
// and the peer's leaving is noticed while an answer is still being written. Everything that waits
// does so here, and wakes up when the peer leaves.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/steady_timer.hpp>

#include "sim/channel.hpp"
#include "sim/request.hpp"
#include "spillway/time.hpp"

namespace spillway_sim {

using spillway::Duration;
using spillway::TimePoint;

/// Shared by the coroutine that answers and the one that reads; lives on the one thread.
class Connection {
public:
    Connection(tcp::socket socket, asio::ssl::context* tls);

    /// TLS handshake, then the reader is started. False: the connection is of no use.
    static task<bool> start(std::shared_ptr<Connection> connection);

    /// The next request, with its whole body. nullopt: the peer left, or `until` has passed.
    /// What cannot be parsed comes back with an empty method.
    task<std::optional<Request>> read_request(TimePoint until);

    /// Pauses. False as soon as the peer is gone.
    task<bool> pause_until(TimePoint deadline);

    /// False when the peer is gone.
    task<bool> write(std::string_view bytes);

    /// Ends our direction, lingers and closes.
    task<void> finish();

    /// Gives the peer a moment to read what was sent and to close, then closes. A close with unread
    /// bytes would reset the connection and take our last bytes with it.
    task<void> linger();

    Channel& channel() { return channel_; }

    /// Set when the peer closed or broke the connection; a half-closed peer counts as gone.
    [[nodiscard]] std::optional<TimePoint> gone_at() const { return gone_at_; }

private:
    static task<void> read_loop(std::shared_ptr<Connection> connection);

    task<void> wait_for_news(TimePoint deadline);
    void tell();

    Channel channel_;
    asio::steady_timer news_;
    asio::steady_timer room_;
    std::array<char, 8192> buffer_{};
    std::string inbox_;
    std::optional<TimePoint> gone_at_;
};

}  // namespace spillway_sim
