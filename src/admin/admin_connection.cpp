#include "admin/admin_connection.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace spillway {

namespace http = boost::beast::http;

namespace {

constexpr std::size_t head_bytes_max = 8 * 1024;
constexpr std::size_t body_bytes_max = 64 * 1024;
constexpr std::size_t input_bytes = 2 * head_bytes_max;  // a body goes on to the parser at once
constexpr std::chrono::seconds handshake_time{10};
constexpr std::chrono::seconds read_time{30};
constexpr std::chrono::seconds write_time{10};
// A body that was refused unread is taken off the wire for a moment: closing at once would reset
// the connection and might take the refusal with it.
constexpr std::chrono::seconds linger_time{1};
constexpr std::size_t linger_bytes_max = 1024 * 1024;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

// A body in chunks is refused: Beast 1.81 sets no bound to what may stand behind the last one
// (docs/decisions/0002).
const boost::system::error_code chunked = make_error_code(http::error::bad_chunk);

/// What to say about bytes that are no request; none when there is nobody left to tell.
std::optional<AdminReply> refusal_of(const boost::system::error_code& ec) {
    if (ec == http::error::header_limit) {
        return admin_error(431, "head_too_large", "Request heads are limited to 8 KiB here.");
    }
    if (ec == http::error::body_limit) {
        return admin_error(413, "body_too_large", "Bodies are limited to 64 KiB here.");
    }
    if (ec == chunked) {
        return admin_error(411, "length_required", "Say the length of the body: Content-Length.");
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

}  // namespace

AdminConnection::AdminConnection(Socket socket, Poller& poller, const AdminPages& pages)
    : stream_(std::move(socket), poller), pages_(pages), input_(input_bytes) {
    stream_.stage(Stage::caller);
}

task<void> AdminConnection::run(std::shared_ptr<TlsContext> tls) {
    if (!stream_.accepted()) { co_return; }
    if (tls) {
        TlsSession session = TlsSession::server(std::move(tls));
        stream_.expires_at(Clock::now() + handshake_time);
        const Result<void> shaken = co_await stream_.handshake(std::move(session));
        if (!shaken) { co_return; }
    }
    bool open = true;
    while (open) { open = co_await serve_one(); }
    stream_.finish();
    co_await linger();
}

task<void> AdminConnection::linger() {
    std::array<char, 4096> bytes{};
    std::size_t drained = 0;
    stream_.expires_at(Clock::now() + linger_time);
    while (drained < linger_bytes_max) {
        const Result<std::size_t> read = co_await stream_.read_some(bytes);
        if (!read) { co_return; }
        drained += *read;
    }
}

/// One request and its answer; true when another may follow.
task<bool> AdminConnection::serve_one() {
    Parser parser;
    parser.eager(true);
    parser.header_limit(head_bytes_max);
    parser.body_limit(body_bytes_max);
    stream_.expires_at(Clock::now() + read_time);
    const Code trouble = co_await read(parser);
    std::optional<AdminReply> reply;
    if (trouble) {
        reply = refusal_of(trouble);
    } else {
        reply = reply_to(pages_, parser.get());
    }
    if (!reply) { co_return false; }

    Response response = to_response(*std::move(reply), parser.get());
    response.keep_alive(!trouble && response.keep_alive());
    const bool written = co_await write(response, parser.get().method());
    co_return written&& response.keep_alive();
}

/// Until the request is whole. What follows it stays in `input_`.
task<AdminConnection::Code> AdminConnection::read(Parser& parser) {
    for (;;) {
        const Code trouble = parse(parser);
        if (trouble || parser.is_done()) { co_return trouble; }
        if (parser.is_header_done() && parser.chunked()) { co_return chunked; }
        input_.compact();
        if (input_.room().empty()) { co_return make_error_code(http::error::header_limit); }
        const Result<std::size_t> more = co_await stream_.read_some(input_.room());
        if (!more) { co_return make_error_code(http::error::end_of_stream); }
        input_.commit(*more);
    }
}

/// Gives the parser what has arrived; a request that is not whole yet is no error.
AdminConnection::Code AdminConnection::parse(Parser& parser) {
    while (input_.size() > 0 && !parser.is_done()) {
        Code trouble;
        const std::string_view bytes = input_.view();
        const std::size_t taken = parser.put(asio::buffer(bytes), trouble);
        input_.consume(taken);
        if (trouble == http::error::need_more) { return {}; }
        if (trouble) { return trouble; }
    }
    return {};
}

task<bool> AdminConnection::write(const Response& response, http::verb asked) {
    std::ostringstream head;
    head << response.base();
    const std::string head_text = std::move(head).str();
    Chain chain;
    chain.add(head_text);
    if (asked != http::verb::head) { chain.add(response.body()); }
    const Result<void> some = stream_.try_write(chain);
    if (!some || chain.empty()) { co_return some.has_value(); }
    const Result<void> rest = co_await stream_.write_rest(chain, write_time);
    co_return rest.has_value();
}

}  // namespace spillway
