// One accepted connection as a byte channel, plain or TLS. Separate so that nothing above it asks
// which of the two it is; the ways to end a connection badly on purpose live here as well.
#pragma once

#include <cstddef>
#include <string_view>
#include <variant>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

namespace spillway_sim {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

template <class T>
using task = asio::awaitable<T>;

/// Not copyable, not movable; lives on the simulator's one thread. Reading and writing may overlap,
/// two reads or two writes may not.
class Channel {
public:
    /// `tls` is null for a plain connection and outlives the channel otherwise.
    Channel(tcp::socket socket, asio::ssl::context* tls);

    /// Nothing to do on a plain connection.
    task<error_code> shake_hands();

    /// Bytes read; 0 when the peer has ended or broken the connection.
    task<std::size_t> read_some(asio::mutable_buffer buffer);

    /// False when the peer is gone.
    task<bool> write_all(std::string_view bytes);

    /// Ends our direction: close_notify (TLS; waits up to 1 s for the peer's), then FIN.
    task<void> end_writing();

    /// FIN without close_notify: what a TLS peer has to take for a truncation.
    void end_without_notice();

    /// RST.
    void reset();

    void close();

    asio::any_io_executor executor() { return socket().get_executor(); }

private:
    using Tls = asio::ssl::stream<tcp::socket>;

    tcp::socket& socket();

    std::variant<tcp::socket, Tls> stream_;
};

}  // namespace spillway_sim
