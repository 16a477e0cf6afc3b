#include "sim/channel.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace spillway_sim {

namespace {

using asio::experimental::awaitable_operators::operator||;  // NOLINT(misc-unused-using-decls): it
                                                            // is

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
// A peer that never answers our close_notify gets the FIN all the same.
constexpr auto peer_notice_max = std::chrono::seconds(1);

}  // namespace

Channel::Channel(tcp::socket socket, asio::ssl::context* tls)
    : stream_(tls == nullptr ? std::variant<tcp::socket, Tls>(std::move(socket))
                             : std::variant<tcp::socket, Tls>(std::in_place_type<Tls>,
                                                              std::move(socket), *tls)) {}

tcp::socket& Channel::socket() {
    if (Tls* tls = std::get_if<Tls>(&stream_)) { return tls->next_layer(); }
    return std::get<tcp::socket>(stream_);
}

task<error_code> Channel::shake_hands() {
    Tls* const tls = std::get_if<Tls>(&stream_);
    if (tls == nullptr) { co_return error_code(); }
    const auto [ec] = co_await tls->async_handshake(asio::ssl::stream_base::server, use_tuple);
    co_return ec;
}

task<std::size_t> Channel::read_some(asio::mutable_buffer buffer) {
    if (Tls* tls = std::get_if<Tls>(&stream_)) {
        const auto [ec, read] = co_await tls->async_read_some(buffer, use_tuple);
        co_return ec ? 0 : read;
    }
    auto& plain = std::get<tcp::socket>(stream_);
    const auto [ec, read] = co_await plain.async_read_some(buffer, use_tuple);
    co_return ec ? 0 : read;
}

task<bool> Channel::write_all(std::string_view bytes) {
    const asio::const_buffer buffer(bytes.data(), bytes.size());
    if (Tls* tls = std::get_if<Tls>(&stream_)) {
        const auto [ec, written] = co_await asio::async_write(*tls, buffer, use_tuple);
        co_return !ec;
    }
    auto& plain = std::get<tcp::socket>(stream_);
    const auto [ec, written] = co_await asio::async_write(plain, buffer, use_tuple);
    co_return !ec;
}

task<void> Channel::end_writing() {
    if (Tls* tls = std::get_if<Tls>(&stream_)) {
        // The operation sends our close_notify first and then waits for the peer's.
        asio::steady_timer limit(tls->get_executor(), peer_notice_max);
        auto ending = tls->async_shutdown(use_tuple);
        auto waiting = limit.async_wait(use_tuple);
        co_await (std::move(ending) || std::move(waiting));
    }
    end_without_notice();
}

void Channel::end_without_notice() {
    error_code ignored;
    socket().shutdown(tcp::socket::shutdown_send, ignored);
}

void Channel::reset() {
    error_code ignored;
    socket().set_option(asio::socket_base::linger(true, 0), ignored);
    close();
}

void Channel::close() {
    error_code ignored;
    socket().close(ignored);
}

}  // namespace spillway_sim
