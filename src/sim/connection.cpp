#include "sim/connection.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "sim/spawn.hpp"

namespace spillway_sim {

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

// What a peer may send ahead of its turn before we stop reading. While we do not read we do not see
// it leave either, hence far above any request that a test pipelines.
constexpr std::size_t inbox_bytes_max = 1024 * 1024;

constexpr Duration linger_max = std::chrono::seconds(2);

}  // namespace

Connection::Connection(tcp::socket socket, asio::ssl::context* tls)
    : channel_(std::move(socket), tls), news_(channel_.executor()), room_(channel_.executor()) {}

task<bool> Connection::start(std::shared_ptr<Connection> connection) {
    const error_code ec = co_await connection->channel_.shake_hands();
    if (ec) { co_return false; }
    const auto executor = connection->channel_.executor();
    spawn(executor, read_loop(std::move(connection)));
    co_return true;
}

task<void> Connection::read_loop(std::shared_ptr<Connection> connection) {
    for (;;) {
        const asio::mutable_buffer buffer = asio::buffer(connection->buffer_);
        const std::size_t read = co_await connection->channel_.read_some(buffer);
        if (read == 0) { break; }
        connection->inbox_.append(connection->buffer_.data(), read);
        connection->tell();
        while (connection->inbox_.size() > inbox_bytes_max) {
            connection->room_.expires_at(spillway::never);
            const auto [ec] = co_await connection->room_.async_wait(use_tuple);
            static_cast<void>(ec);
        }
    }
    connection->gone_at_ = spillway::Clock::now();
    connection->channel_.close();  // a write that the peer will never read must not wait for ever
    connection->tell();
}

void Connection::tell() { news_.cancel(); }

task<void> Connection::wait_for_news(TimePoint deadline) {
    news_.expires_at(deadline);
    const auto [ec] = co_await news_.async_wait(use_tuple);
    static_cast<void>(ec);
}

task<std::optional<Request>> Connection::read_request(TimePoint until) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    RequestReader reader;
    for (;;) {
        const RequestReader::State state = reader.eat(inbox_);
        room_.cancel();
        if (state == RequestReader::State::done) { co_return reader.take(); }
        if (state == RequestReader::State::wants_continue) {
            const bool is_sent = co_await channel_.write_all(go_on);
            if (!is_sent) { co_return std::nullopt; }
            continue;
        }
        if (gone_at_ || spillway::Clock::now() >= until) { co_return std::nullopt; }
        co_await wait_for_news(until);
    }
}

task<bool> Connection::pause_until(TimePoint deadline) {
    while (!gone_at_ && spillway::Clock::now() < deadline) { co_await wait_for_news(deadline); }
    co_return !gone_at_;
}

task<bool> Connection::write(std::string_view bytes) {
    if (gone_at_) { co_return false; }
    const bool is_written = co_await channel_.write_all(bytes);
    co_return is_written && !gone_at_;
}

task<void> Connection::finish() {
    if (gone_at_) { co_return; }
    co_await channel_.end_writing();
    co_await linger();
}

task<void> Connection::linger() {
    const TimePoint deadline = spillway::Clock::now() + linger_max;
    co_await pause_until(deadline);
    channel_.close();
}

}  // namespace spillway_sim
