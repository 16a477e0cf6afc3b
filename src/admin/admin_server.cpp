#include "admin/admin_server.hpp"

#include "telemetry/event_log.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <optional>
#include <utility>

namespace spillway {

namespace http = boost::beast::http;

namespace {

constexpr std::size_t head_bytes_max = 8 * 1024;
constexpr std::size_t body_bytes_max = 64 * 1024;
constexpr std::size_t connections_max = 64;
constexpr std::chrono::seconds read_time{30};
constexpr std::chrono::seconds write_time{10};
// A body that was refused unread is taken off the wire for a moment: closing at once would reset
// the connection and might take the refusal with it.
constexpr std::chrono::seconds linger_time{1};
constexpr std::size_t linger_bytes_max = 1024 * 1024;
// After a failed accept (out of descriptors): long enough not to spin.
constexpr std::chrono::milliseconds accept_pause{100};

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

/// What to say about bytes that are no request; none when there is nobody left to tell.
std::optional<AdminReply> refusal_of(const boost::system::error_code& ec) {
    if (ec == http::error::header_limit) {
        return admin_error(431, "head_too_large", "Request heads are limited to 8 KiB here.");
    }
    if (ec == http::error::body_limit) {
        return admin_error(413, "body_too_large", "Bodies are limited to 64 KiB here.");
    }
    if (ec == http::error::end_of_stream || ec == http::error::partial_message) { return {}; }
    if (ec.category() != make_error_code(http::error::bad_method).category()) { return {}; }
    return admin_error(400, "bad_request", "This is not an HTTP/1.1 request.");
}

AdminReply reply_to(const AdminPages& pages, const Request& request) {
    const AdminRequest asked{request.method_string(),
                             request.target(),
                             request[http::field::host],
                             request[http::field::content_type],
                             request["X-Spillway-Admin"],
                             request.body(),
                             request[http::field::authorization]};
    return pages.answer(asked, Clock::now());
}

Response to_response(AdminReply reply, const Request& request) {
    Response response(static_cast<http::status>(reply.status), request.version());
    response.set(http::field::content_type, reply.content_type);
    response.set(http::field::cache_control, "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Content-Security-Policy", reply.security_policy);
    response.set("Referrer-Policy", "no-referrer");
    if (!reply.challenge.empty()) { response.set(http::field::www_authenticate, reply.challenge); }
    if (!reply.allow.empty()) { response.set(http::field::allow, reply.allow); }
    response.body() = std::move(reply.body);
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    return response;
}

void log_escape(const std::exception_ptr& escaped) {
    try {
        std::rethrow_exception(escaped);
    } catch (const std::exception& error) {
        log_event(Severity::error, "admin_exception", {{"what", error.what()}});
    }
}

/// Counts a connection for as long as its coroutine lives.
class Seat {
public:
    explicit Seat(std::size_t& taken) : taken_(taken) { ++taken_; }
    ~Seat() { --taken_; }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

private:
    std::size_t& taken_;
};

}  // namespace

AdminServer::AdminServer(AdminSources sources) : pages_(std::move(sources)) {}

AdminServer::~AdminServer() {
    io_.stop();
    if (thread_.joinable()) { thread_.join(); }
}

boost::system::result<asio::ip::tcp::endpoint, std::string> AdminServer::start(const AdminConfig&
                                                                                   config) {
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(config.host, ec);
    const asio::ip::tcp::endpoint endpoint(address, config.port);
    if (!ec) { acceptor_.open(endpoint.protocol(), ec); }
    if (!ec) { acceptor_.set_option(asio::socket_base::reuse_address(true), ec); }
    if (!ec) { acceptor_.bind(endpoint, ec); }
    if (!ec) { acceptor_.listen(asio::socket_base::max_listen_connections, ec); }
    if (ec) {
        return "cannot listen for admin requests on " + config.host + " port " +
               std::to_string(config.port) + ": " + ec.message();
    }
    if (!address.is_loopback() && config.token.kind == SecretSource::Kind::none) {
        log_event(Severity::warn, "admin_not_on_loopback",
                  {{"address", config.host},
                   {"advice", "whoever reaches it reads metrics and status without a token"}});
    }
    const asio::ip::tcp::endpoint bound = acceptor_.local_endpoint();
    spawn(io_.get_executor(), accept_loop(), log_escape);
    spawn(io_.get_executor(), observe_loop(), log_escape);
    thread_ = std::thread([this] { io_.run(); });
    return bound;
}

task<void> AdminServer::accept_loop() {
    Timer pause(io_);
    for (;;) {
        auto [ec, socket] = co_await acceptor_.async_accept(use_tuple);
        if (ec) {
            pause.expires_after(accept_pause);
            co_await pause.async_wait(use_tuple);
            continue;
        }
        if (connections_ == connections_max) { continue; }
        spawn(io_.get_executor(), serve(Connection(std::move(socket))), log_escape);
    }
}

task<void> AdminServer::observe_loop() {
    Timer pause(io_);
    for (;;) {
        const Moment at{Clock::now(), std::chrono::system_clock::now()};
        pages_.observe(at);
        pause.expires_after(AdminPages::observe_every);
        co_await pause.async_wait(use_tuple);
    }
}

task<void> AdminServer::serve(Connection connection) {
    const Seat seat(connections_);
    boost::beast::flat_buffer buffer(head_bytes_max + body_bytes_max);
    bool open = true;
    while (open) { open = co_await serve_one(connection, buffer); }
    boost::system::error_code ignored;
    connection.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    co_await linger(connection);
}

task<void> AdminServer::linger(Connection& connection) {
    std::array<char, 4096> bytes{};
    std::size_t drained = 0;
    connection.expires_after(linger_time);
    while (drained < linger_bytes_max) {
        const auto [ec, n] = co_await connection.async_read_some(asio::buffer(bytes), use_tuple);
        if (ec) { co_return; }
        drained += n;
    }
}

/// One request and its answer; true when another may follow.
task<bool> AdminServer::serve_one(Connection& connection, boost::beast::flat_buffer& buffer) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(head_bytes_max);
    parser.body_limit(body_bytes_max);
    connection.expires_after(read_time);
    const auto [read_ec, read] = co_await http::async_read(connection, buffer, parser, use_tuple);
    std::optional<AdminReply> reply;
    if (read_ec) {
        reply = refusal_of(read_ec);
    } else {
        reply = reply_to(pages_, parser.get());
    }
    if (!reply) { co_return false; }

    Response response = to_response(*std::move(reply), parser.get());
    response.keep_alive(!read_ec && response.keep_alive());
    http::response_serializer<http::string_body> serializer(response);
    connection.expires_after(write_time);
    if (parser.get().method() == http::verb::head) {
        const auto [ec, n] = co_await http::async_write_header(connection, serializer, use_tuple);
        co_return !ec && response.keep_alive();
    }
    const auto [ec, n] = co_await http::async_write(connection, serializer, use_tuple);
    co_return !ec && response.keep_alive();
}

}  // namespace spillway
