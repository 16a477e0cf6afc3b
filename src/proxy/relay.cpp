// Called by dispatch with an answer that is ready for the caller; hands over to ending.
#include "proxy/relay.hpp"

#include "proxy/admission.hpp"
#include "proxy/ending.hpp"
#include "wire/chunk.hpp"
#include "wire/head_rules.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace spillway {
namespace {

// A stream that has said its last word has this long to end its body, too.
constexpr Duration end_patience = std::chrono::seconds(1);

CallerFraming framing_for(const Exchange& exchange, const Attempt& attempt) {
    using Kind = CallerFraming::Kind;
    const int status = attempt.status();
    if (status == 204 || status == 304) { return {Kind::none, 0}; }
    if (attempt.body() == Attempt::Body::whole) { return {Kind::length, attempt.held().size()}; }
    const BodyFraming& upstream = attempt.framing();
    if (attempt.body() == Attempt::Body::json && upstream.kind == BodyFraming::Kind::length) {
        return {Kind::length, upstream.length};
    }
    // A stream is always chunked, whatever its upstream does, so that it can be ended honestly.
    return {exchange.head.minor >= 1 ? Kind::chunked : Kind::until_close, 0};
}

// The bytes of one write towards the caller. Pieces are views: what is added must live until the
// write is done.
class Outgoing {
public:
    explicit Outgoing(CallerFraming::Kind kind) noexcept : kind_(kind) {}

    void head(std::string_view text) noexcept { chain_.add(text); }
    void payload(std::string_view first, std::string_view second) noexcept {
        const std::size_t bytes = first.size() + second.size();
        if (bytes == 0) { return; }
        const bool chunked = kind_ == CallerFraming::Kind::chunked;
        if (chunked) {
            chunk_ = ChunkHead(bytes);
            chain_.add(chunk_.view());
        }
        chain_.add(first);
        chain_.add(second);
        if (chunked) { chain_.add(chunk_end); }
    }
    void end() noexcept {
        if (kind_ == CallerFraming::Kind::chunked) { chain_.add(last_chunk); }
    }
    [[nodiscard]] Chain& chain() noexcept { return chain_; }

private:
    CallerFraming::Kind kind_;
    Chain chain_;
    ChunkHead chunk_{0};
};

// The answer is complete for its dialect: a stream needs its terminal marker or its own error
// event, a document its last bracket.
bool is_whole(Attempt& attempt) noexcept {
    if (attempt.body() != Attempt::Body::events) { return !attempt.is_cut_document(); }
    return attempt.dialect().ended() || attempt.dialect().failed();
}

// Nothing that matters is missing: a caller may take the answer for complete when it has seen this.
bool is_over(Attempt& attempt) noexcept {
    return attempt.dialect().ended() || (attempt.complete() && is_whole(attempt));
}

void return_share_at_end(Exchange& exchange, Attempt& attempt) {
    if (!exchange.share || !is_over(attempt)) { return; }
    return_share(exchange, attempt.taps().usage().usage(), attempt.status(), Clock::now());
}

// What a piece of the upstream's body means for the caller.
struct Piece {
    std::string_view held;     // kept back from earlier pieces
    std::string_view payload;  // of this one
};

Piece inspect(Attempt& attempt, std::string_view payload) {
    if (attempt.body() == Attempt::Body::json) {
        attempt.taps().on_json(payload);
        return {{}, payload};
    }
    SseScanner& scanner = attempt.scanner();
    scanner.feed(payload);
    SseEvent event;
    bool meaningful = false;
    while (scanner.next(event)) {
        const EventKind kind = attempt.dialect().on_event(event);
        attempt.taps().on_event(event);
        meaningful = meaningful || kind != EventKind::silence;
        if (kind == EventKind::committing) { attempt.note_output(); }
    }
    if (meaningful) { attempt.clocks().enter(Clocks::Phase::between_events, Clock::now()); }
    const SseScanner::Fed fed = scanner.fed();
    return {fed.held, payload.substr(0, fed.forward)};
}

// Sends the head and what is held.
Result<std::string> open(Exchange& exchange, Attempt& attempt) {
    const CallerFraming framing = framing_for(exchange, attempt);
    exchange.caller_framing = framing.kind;
    if (framing.kind == CallerFraming::Kind::until_close) { exchange.keep_alive = false; }
    std::string& text = exchange.worker.head_scratch;
    text.clear();
    const GatewayFields fields = exchange.gateway_fields(attempt.deployment().config.name);
    append_caller_head(text, attempt.head(), framing, fields);
    Outgoing outgoing(framing.kind);
    outgoing.head(text);
    outgoing.payload(attempt.held(), {});
    if (attempt.complete() && is_whole(attempt)) { outgoing.end(); }
    exchange.record.bytes_out += outgoing.chain().bytes();
    return_share_at_end(exchange, attempt);
    auto rest = send_now(exchange, outgoing.chain());
    exchange.overhead_response = Clock::now() - attempt.answered_at();
    return rest;
}

void set_deadline(Attempt& attempt) {
    TimePoint deadline = attempt.clocks().deadline();
    if (attempt.dialect().ended()) { deadline = std::min(deadline, Clock::now() + end_patience); }
    attempt.upstream().expires_at(deadline);
}

// Reads the next piece and passes it on. The attempt is complete when the answer is.
Result<std::string> pump(Exchange& exchange, Attempt& attempt) {
    const Result<std::size_t> bytes = attempt.upstream().try_read(exchange.worker.scratch);
    if (!bytes && (bytes.error().cause != Cause::closed || !attempt.may_end_by_close())) {
        return bytes.error();
    }
    std::string_view payload;
    if (bytes) {
        const auto raw = std::span(exchange.worker.scratch).first(*bytes);
        const Result<std::string_view> decoded = attempt.decode(raw);
        if (!decoded) { return decoded.error(); }
        payload = *decoded;
    }
    const Piece piece = inspect(attempt, payload);
    if (attempt.is_cut_document()) {
        return std::string{};  // its last bytes would reach the length that was announced
    }
    Outgoing outgoing(exchange.caller_framing);
    outgoing.payload(piece.held, piece.payload);
    if (attempt.complete() && is_whole(attempt)) { outgoing.end(); }
    if (outgoing.chain().empty()) { return std::string{}; }
    exchange.record.bytes_out += outgoing.chain().bytes();
    return_share_at_end(exchange, attempt);
    auto rest = send_now(exchange, outgoing.chain());
    attempt.scanner().forwarded();
    return rest;
}

task<Result<void>> pump_once(Exchange& exchange, Attempt& attempt) {
    set_deadline(attempt);
    const Result<void> ready = co_await attempt.upstream().wait_readable();
    if (!ready) { co_return ready; }
    Result<std::string> rest = pump(exchange, attempt);
    if (!rest) { co_return rest.error(); }
    if (rest->empty()) { co_return Result<void>{}; }
    co_return co_await send_rest(exchange, std::move(*rest));
}

task<void> send_end(Exchange& exchange) {
    Outgoing outgoing(exchange.caller_framing);
    outgoing.end();
    const Result<void> sent = co_await send_to_caller(exchange, outgoing.chain());
    exchange.keep_alive = exchange.keep_alive && sent.has_value();
}

}  // namespace

Result<std::string> send_now(Exchange& exchange, Chain& chain) {
    const Result<void> sent = exchange.caller.try_write(chain);
    if (!sent) { return sent.error(); }
    std::string rest;
    if (!chain.empty()) {
        rest.reserve(chain.bytes());
        for (const std::string_view piece : chain.pieces()) { rest.append(piece); }
    }
    return rest;
}

task<Result<void>> send_rest(Exchange& exchange, std::string rest) {
    Chain chain;
    chain.add(rest);
    co_return co_await exchange.caller.write_rest(chain, exchange.limits().write_stall);
}

task<Result<void>> send_to_caller(Exchange& exchange, Chain& chain) {
    Result<std::string> rest = send_now(exchange, chain);
    if (!rest) { co_return rest.error(); }
    if (rest->empty()) { co_return Result<void>{}; }
    co_return co_await send_rest(exchange, std::move(*rest));
}

task<void> relay(Exchange& exchange, Attempt& attempt) {
    Result<std::string> rest = open(exchange, attempt);
    Result<void> opened;
    if (!rest) {
        opened = rest.error();
    } else if (!rest->empty()) {
        opened = co_await send_rest(exchange, std::move(*rest));
    }
    if (!opened) {
        abandon(exchange, &attempt, Clock::now());
        co_return;
    }
    if (!attempt.complete()) {
        attempt.release_buffer();
        attempt.upstream().stage(Stage::stream);
        attempt.clocks().enter(attempt.body() == Attempt::Body::events
                                   ? Clocks::Phase::between_events
                                   : Clocks::Phase::body,
                               Clock::now());
    }
    while (!attempt.complete()) {
        const Result<void> pumped = co_await pump_once(exchange, attempt);
        if (exchange.hangup.gone() || (!pumped && pumped.error().stage == Stage::caller)) {
            // SDKs close as soon as they have seen the terminal marker: that is a complete answer.
            break;
        }
        if (!pumped && attempt.dialect().ended()) {
            // Nothing is missing but the upstream's own end.
            co_await send_end(exchange);
            break;
        }
        if (!pumped) {
            co_await break_off(exchange, attempt, pumped.error());
            co_return;
        }
    }
    if (attempt.complete() && !is_whole(attempt)) {
        const Failure failure{Stage::stream, Cause::closed, {}};
        co_await break_off(exchange, attempt, failure);
        co_return;
    }
    const TimePoint now = Clock::now();
    if (attempt.complete() || attempt.dialect().ended()) {
        complete(exchange, attempt, now);
    } else {
        abandon(exchange, &attempt, now);
    }
}

}  // namespace spillway
