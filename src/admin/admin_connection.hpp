// One connection of the admin listener: HTTP by Beast's parser, a request at a time. It is for
// operators (docs/decisions/0002), so clarity comes before speed; the socket and its TLS are the
// data path's own.
#pragma once

#include "admin/admin_page.hpp"
#include "net/byte_buffer.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"
#include "net/tls.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>
#include <string_view>

namespace spillway {

/// Bounds: heads of 8 KiB, bodies of 64 KiB, 30 s for a request to arrive, 10 s without progress
/// for its answer to be taken. Lives inside the coroutine that runs it.
class AdminConnection {
public:
    AdminConnection(Socket socket, Poller& poller, const AdminPages& pages);

    /// Serves until either side has enough. `tls`: null for plain HTTP.
    [[nodiscard]] task<void> run(std::shared_ptr<TlsContext> tls);

private:
    using Body = boost::beast::http::string_body;
    using Parser = boost::beast::http::request_parser<Body>;
    using Response = boost::beast::http::response<Body>;
    using Code = boost::system::error_code;

    [[nodiscard]] task<bool> serve_one();
    [[nodiscard]] task<Code> read(Parser& parser);
    [[nodiscard]] Code parse(Parser& parser);
    [[nodiscard]] task<bool> write(const Response& response, boost::beast::http::verb asked);
    [[nodiscard]] task<void> linger();

    Stream stream_;
    const AdminPages& pages_;
    ByteBuffer input_;
};

}  // namespace spillway
