#include "proxy/request_reader.hpp"

#include "wire/inspect.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <variant>

namespace spillway {
namespace {

// A usual chat request, head and body, in one piece; also what an idle connection holds.
constexpr std::size_t input_bytes = std::size_t{8} * 1024;
// A body has to come at this rate on average, once it has had some time (reliability.md §1.11).
constexpr Duration body_grace = std::chrono::seconds(10);
constexpr std::size_t body_bytes_per_second = 1024;

// When a body that has `received` bytes so far must have moved on.
TimePoint body_deadline(TimePoint started, std::size_t received, const CallerLimits& limits) {
    const TimePoint earned = started + body_grace +
                             std::chrono::seconds(received / body_bytes_per_second);
    return std::min(Clock::now() + limits.body_idle, earned);
}

}  // namespace

RequestReader::RequestReader(Stream& caller, HangupWatch& hangup, OpenSession& session)
    : caller_(caller), hangup_(hangup), session_(session), input_(input_bytes) {}

void RequestReader::next_request() {
    input_.consume(used_);
    input_.compact();
    large_ = ByteBuffer();
    used_ = 0;
    body_ = {};
}

ReadResult RequestReader::refuse(int status, std::string_view code, std::string_view why) noexcept {
    error_ = {status, why};
    error_code_ = code;
    return ReadResult::refused;
}

task<ReadResult> RequestReader::head(RequestHead& out, const CallerLimits& limits) {
    next_request();
    HeadScanner scanner(HeadLimits{limits.head_bytes, limits.head_fields});
    bool begun = false;
    session_.idle();
    caller_.expires_at(Clock::now() + session_.patience(limits.keep_alive));
    for (;;) {
        if (input_.size() > 0) {
            session_.busy();
            const HeadState state = scanner.request(input_.view(), out);
            if (state == HeadState::complete) {
                caller_.expires_at(never);
                co_return accept_head(out, limits);
            }
            if (state == HeadState::refused) {
                co_return refuse(scanner.error().status, "invalid_http", scanner.error().why);
            }
            if (!begun) {
                begun = true;
                caller_.expires_at(Clock::now() + limits.head_time);
            }
        }
        if (input_.room().empty()) {
            input_.grow(2 * input_.capacity());  // the scanner bounds it
        }
        const Result<std::size_t> bytes = co_await caller_.read_some(input_.room());
        if (!bytes && begun && bytes.error().cause == Cause::timeout) {
            caller_.expires_at(never);  // the caller is still to be told
            co_return refuse(408, "request_timeout", "the request head did not arrive in time");
        }
        if (!bytes) { co_return ReadResult::ended; }
        input_.commit(*bytes);
    }
}

ReadResult RequestReader::accept_head(const RequestHead& head, const CallerLimits& limits) {
    used_ = head.bytes;
    const auto framing = request_framing(head);
    if (std::holds_alternative<HeadError>(framing)) {
        const auto& error = std::get<HeadError>(framing);
        return refuse(error.status, "invalid_http", error.why);
    }
    framing_ = std::get<BodyFraming>(framing);
    const std::string_view connection = head.fields.get(FieldName::connection);
    keep_alive_ = head.minor >= 1 && !list_has_token(connection, "close");
    const std::string_view expect = head.fields.get(FieldName::expect);
    expects_continue_ = equal_ignoring_case(expect, "100-continue");
    if (!expect.empty() && !expects_continue_) {
        return refuse(417, "unsupported_expectation", "only Expect: 100-continue is understood");
    }
    const std::string_view encoding = head.fields.get(FieldName::content_encoding);
    if (!encoding.empty() && !equal_ignoring_case(encoding, "identity")) {
        return refuse(415, "unsupported_encoding",
                      "compressed request bodies are not accepted; send the JSON uncompressed");
    }
    if (framing_.kind == BodyFraming::Kind::length && framing_.length > limits.body_bytes) {
        return refuse(413, "request_too_large",
                      "the request body is larger than limits.body_bytes");
    }
    return ReadResult::complete;
}

bool RequestReader::take_body() noexcept {
    const std::size_t head_bytes = used_;
    if (framing_.kind == BodyFraming::Kind::chunked) { return false; }
    if (framing_.kind == BodyFraming::Kind::length) {
        if (framing_.length > input_.size() - head_bytes) { return false; }
        const auto length = static_cast<std::size_t>(framing_.length);
        if (head_bytes + length + body_padding > input_.capacity()) { return false; }
        used_ += length;
        body_ = input_.view().substr(head_bytes, length);
    }
    return true;
}

task<ReadResult> RequestReader::body(const CallerLimits& limits) {
    const TimePoint started = Clock::now();
    ReadResult result = ReadResult::complete;
    if (framing_.kind == BodyFraming::Kind::length) {
        result = co_await fixed_body(started, limits);
    } else if (framing_.kind == BodyFraming::Kind::chunked) {
        result = co_await chunked_body(started, limits);
    }
    caller_.expires_at(never);
    co_return result;
}

task<Result<std::size_t>> RequestReader::read_body(std::span<char> into, TimePoint deadline) {
    if (expects_continue_) {
        expects_continue_ = false;
        Chain chain;
        chain.add("HTTP/1.1 100 Continue\r\n\r\n");
        const Result<void> sent = caller_.try_write(chain);
        if (!sent) { co_return sent.error(); }
    }
    caller_.expires_at(deadline);
    co_return co_await caller_.read_some(into);
}

ReadResult RequestReader::body_failed(const Failure& failure) noexcept {
    return failure.cause == Cause::timeout
               ? refuse(408, "request_timeout", "the request body did not arrive in time")
               : ReadResult::ended;
}

task<ReadResult> RequestReader::fixed_body(TimePoint started, const CallerLimits& limits) {
    const std::size_t head_bytes = used_;
    const auto length = static_cast<std::size_t>(framing_.length);
    const bool fits = head_bytes + length + body_padding <= input_.capacity();
    if (!fits) {
        const std::string_view here = input_.view().substr(head_bytes).substr(0, length);
        large_ = ByteBuffer(length + body_padding);
        std::memcpy(large_.room().data(), here.data(), here.size());
        large_.commit(here.size());
        used_ = head_bytes + here.size();
    }
    ByteBuffer& target = fits ? input_ : large_;
    const std::size_t wanted = fits ? head_bytes + length : length;
    while (target.size() < wanted) {
        // Into `large_` not a byte more than is ours; what follows in `input_` is the next request.
        const std::span<char> room = fits ? target.room()
                                          : target.room().first(wanted - target.size());
        const TimePoint deadline = body_deadline(started, target.size(), limits);
        const Result<std::size_t> bytes = co_await read_body(room, deadline);
        if (!bytes) { co_return body_failed(bytes.error()); }
        target.commit(*bytes);
    }
    if (fits) { used_ = wanted; }
    body_ = target.view().substr(fits ? head_bytes : 0, length);
    co_return ReadResult::complete;
}

task<ReadResult> RequestReader::chunked_body(TimePoint started, const CallerLimits& limits) {
    const std::size_t head_bytes = used_;
    BodyDecoder decoder(framing_);
    for (;;) {
        const std::span<char> raw = input_.bytes().subspan(head_bytes);
        const BodyDecoder::Decoded decoded = decoder.decode(raw);
        if (decoded.state == BodyDecoder::State::malformed) {
            co_return refuse(400, "invalid_http", "the chunked request body is malformed");
        }
        if (large_.size() + decoded.payload.size() > limits.body_bytes) {
            co_return refuse(413, "request_too_large",
                             "the request body is larger than limits.body_bytes");
        }
        append_to_large(decoded.payload);
        if (decoded.state == BodyDecoder::State::complete) {
            used_ = head_bytes + decoded.consumed;
            body_ = large_.view();
            co_return ReadResult::complete;
        }
        input_.truncate(head_bytes);
        const TimePoint deadline = body_deadline(started, large_.size(), limits);
        const Result<std::size_t> bytes = co_await read_body(input_.room(), deadline);
        if (!bytes) { co_return body_failed(bytes.error()); }
        input_.commit(*bytes);
    }
}

void RequestReader::append_to_large(std::string_view payload) {
    const std::size_t needed = large_.size() + payload.size() + body_padding;
    if (needed > large_.capacity()) { large_.grow(std::max(2 * large_.capacity(), needed)); }
    std::memcpy(large_.room().data(), payload.data(), payload.size());
    large_.commit(payload.size());
}

bool RequestReader::skip_body() noexcept {
    if (framing_.kind == BodyFraming::Kind::length) {
        const std::size_t here = input_.size() - used_;
        if (here < framing_.length) { return false; }
        used_ += static_cast<std::size_t>(framing_.length);
    }
    return framing_.kind != BodyFraming::Kind::chunked;
}

}  // namespace spillway
