#include "identity/web_client.hpp"

#include "net/byte_buffer.hpp"
#include "net/dialer.hpp"
#include "wire/framing.hpp"
#include "wire/head.hpp"
#include "wire/hints.hpp"
#include "wire/http_date.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <utility>
#include <variant>

namespace spillway {
namespace {

constexpr HeadLimits head_limits{std::size_t{16} * 1024, head_fields_max};
constexpr std::size_t buffer_bytes = std::size_t{32} * 1024;
constexpr int interim_answers_max = 8;

class NobodyWatches final : public DialObserver {
    void dialling(Stream* /*stream*/) override {}
};

std::string host_field(const Endpoint& to) {
    const bool is_v6 = to.host.find(':') != std::string::npos;
    const std::string host = is_v6 ? "[" + to.host + "]" : to.host;
    const bool usual = to.port == (to.tls ? 443 : 80);
    return usual ? host : host + ":" + std::to_string(to.port);
}

const std::string& body_of(const WebCall& call) {
    return call.json.empty() ? call.form.reveal() : call.json;
}

std::string request_head(const WebCall& call) {
    const std::string& body = body_of(call);
    std::string head = body.empty() ? "GET " : "POST ";
    head += call.target + " HTTP/1.1\r\nHost: " + host_field(call.to) + "\r\n";
    head += "Accept: application/json\r\nAccept-Encoding: identity\r\nConnection: close\r\n";
    head += call.fields.reveal();
    if (!body.empty()) {
        head += call.json.empty() ? "Content-Type: application/x-www-form-urlencoded"
                                  : "Content-Type: application/json";
        head += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    }
    return head + "\r\n";
}

Result<DialTarget> dial_target(const WebCall& call) {
    DialTarget target{{call.to.host, call.to.port}, call.to.host, nullptr, std::nullopt};
    if (call.proxy) {
        target.tunnel = Tunnel{target.address, call.proxy->userinfo.reveal()};
        target.address = {call.proxy->host, call.proxy->port};
    }
    if (call.to.tls) {
        // Made for each call: what the authorities' file holds now counts.
        auto tls = TlsContext::client({.ca_file = call.ca_file});
        if (!tls) { return Failure{Stage::tls, Cause::certificate, {}}; }
        target.tls = std::move(*tls);
    }
    return target;
}

/// Reads one answer from a stream; a value of one call.
class AnswerReader {
public:
    AnswerReader(Stream& stream, const WebCall& call)
        : stream_(stream),
          method_(body_of(call).empty() ? Method::get : Method::post),
          body_max_(call.body_max) {}

    task<Result<WebReply>> read() {
        const Result<void> head = co_await read_head();
        if (!head) { co_return head.error(); }
        const auto framing = response_framing(head_, method_);
        if (!std::holds_alternative<BodyFraming>(framing)) { co_return malformed(); }
        reply_.status = head_.status;
        const WallTime now = std::chrono::system_clock::now();
        reply_.retry_after = parse_hints(head_.fields, now).retry_after;
        reply_.date = parse_http_date(head_.fields.get("date"), now);
        input_.consume(head_.bytes);
        const Result<void> body = co_await read_body(BodyDecoder(std::get<BodyFraming>(framing)));
        if (!body) { co_return body.error(); }
        co_return std::move(reply_);
    }

private:
    static Failure malformed() noexcept { return {Stage::head, Cause::malformed, {}}; }

    task<Result<void>> read_more() {
        const Result<std::size_t> bytes = co_await stream_.read_some(input_.room());
        if (!bytes) { co_return bytes.error(); }
        input_.commit(*bytes);
        co_return Result<void>{};
    }

    task<Result<void>> read_head() {
        HeadScanner scanner(head_limits);
        int interim = 0;
        for (;;) {
            HeadState state = scanner.response(input_.view(), head_);
            if (state == HeadState::complete && head_.status >= 200) { co_return Result<void>{}; }
            if (state == HeadState::complete && ++interim <= interim_answers_max) {
                input_.consume(head_.bytes);
                input_.compact();
                scanner = HeadScanner(head_limits);
                continue;
            }
            if (state != HeadState::need_more) { co_return malformed(); }
            const Result<void> more = co_await read_more();
            if (!more) { co_return more; }
        }
    }

    task<Result<void>> read_body(BodyDecoder decoder) {
        for (;;) {
            const BodyDecoder::Decoded decoded = decoder.decode(input_.bytes());
            if (decoded.state == BodyDecoder::State::malformed) { co_return malformed(); }
            if (reply_.body.size() + decoded.payload.size() > body_max_) {
                co_return Failure{Stage::head, Cause::too_large, {}};
            }
            reply_.body.append(decoded.payload);
            if (decoded.state == BodyDecoder::State::complete) { co_return Result<void>{}; }
            input_.clear();
            const Result<void> more = co_await read_more();
            if (more) { continue; }
            const bool ended = more.error().cause == Cause::closed &&
                               decoder.at_end() == BodyDecoder::State::complete;
            if (ended) { co_return Result<void>{}; }
            co_return more;
        }
    }

    Stream& stream_;
    Method method_;
    std::size_t body_max_;
    ByteBuffer input_{buffer_bytes};
    ResponseHead head_;
    WebReply reply_;
};

task<Result<void>> send(Stream& stream, const WebCall& call) {
    const Secret head(request_head(call));
    Chain chain;
    chain.add(head.reveal());
    chain.add(body_of(call));
    stream.stage(Stage::send);
    const Result<void> written = stream.try_write(chain);
    if (!written || chain.empty()) { co_return written; }
    co_return co_await stream.write_rest(chain, call.time);
}

}  // namespace

task<Result<WebReply>> exchange(Stream& stream, const WebCall& call) {
    stream.expires_at(Clock::now() + call.time);
    const Result<void> sent = co_await send(stream, call);
    if (!sent) { co_return sent.error(); }
    stream.stage(Stage::head);
    AnswerReader reader(stream, call);
    co_return co_await reader.read();
}

WebClient::WebClient(asio::io_context& io)
    : io_(io), wheel_(io, [](Duration /*lag*/) {}), poller_(io, wheel_) {}

void WebClient::start() {
    wheel_.start();
    poller_.start();
}

void WebClient::close() {
    wheel_.stop();
    poller_.close();
}

task<Result<AddressBook>> WebClient::look_up(HostPort host) {
    asio::ip::basic_resolver<asio::ip::tcp, Executor> lookup(io_.get_executor());
    const std::string port = std::to_string(host.port);
    const auto [ec, found] = co_await lookup.async_resolve(host.host, port, use_tuple);
    if (ec) { co_return Failure{Stage::resolve, Cause::unavailable, ec}; }
    AddressBook book;
    for (const auto& entry : found) { book[host].push_back(entry.endpoint()); }
    co_return book;
}

task<Result<std::unique_ptr<Stream>>> WebClient::connect(const WebCall& call) {
    const Result<DialTarget> target = dial_target(call);
    if (!target) { co_return target.error(); }
    const Result<AddressBook> book = co_await look_up(target->address);
    if (!book) { co_return book.error(); }
    const DialClock clock{call.time / 3, Clock::now() + call.time};
    NobodyWatches nobody;
    co_return co_await dial(*target, *book, clock, poller_, nobody);
}

task<Result<WebReply>> WebClient::call(const WebCall& call) {
    const Result<std::unique_ptr<Stream>> connected = co_await connect(call);
    if (!connected) { co_return connected.error(); }
    co_return co_await exchange(**connected, call);
}

}  // namespace spillway
