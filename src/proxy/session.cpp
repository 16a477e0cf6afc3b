// Started by the worker; calls dispatch for requests that go upstream, ending for those that do
// not.
#include "proxy/session.hpp"

#include "proxy/admission.hpp"
#include "proxy/auditing.hpp"
#include "proxy/dispatch.hpp"
#include "proxy/ending.hpp"
#include "proxy/refusals.hpp"
#include "proxy/request_reader.hpp"

#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

namespace spillway {
namespace {

// More than a round trip around the world; a drain waits for it, as few callers close in return.
constexpr Duration linger_time = std::chrono::milliseconds(500);
constexpr std::size_t linger_bytes_max = std::size_t{256} * 1024;
constexpr Duration handshake_time = std::chrono::seconds(10);

ErrorReply invalid_request(int status, std::string_view code, std::string_view message) {
    ErrorReply reply;
    reply.status = status;
    reply.type = "invalid_request_error";
    reply.code = code;
    reply.message = message;
    reply.should_retry = false;
    return reply;
}

Upgrade upgrade_of(const RequestHead& head) noexcept {
    const std::string_view asked = head.fields.get(FieldName::upgrade);
    return equal_ignoring_case(asked, "websocket") ? Upgrade::websocket : Upgrade::none;
}

// Closing with unread bytes in the kernel would reset the connection and may take our answer with
// it.
task<void> linger(Stream& caller, WorkerContext& worker) {
    caller.finish();
    caller.expires_at(Clock::now() + linger_time);
    std::size_t drained = 0;
    while (drained < linger_bytes_max) {
        const Result<void> ready = co_await caller.wait_readable();
        if (!ready) { co_return; }
        const Result<std::size_t> bytes = caller.try_read(worker.scratch);
        if (!bytes) { co_return; }
        drained += *bytes;
    }
}

void fill_record(Exchange& exchange) {
    AccessRecord& record = exchange.record;
    const Fields& fields = exchange.head.fields;
    record.method = name(exchange.head.method);
    record.target = exchange.head.target.substr(0, exchange.head.target.find('?'));
    record.user_agent = fields.get(FieldName::user_agent);
    const std::string_view id = fields.get("x-request-id");
    exchange.request_id = is_usable_request_id(id) ? std::string(id)
                                                   : exchange.worker.request_ids.next();
    const std::string_view retries = fields.get("x-stainless-retry-count");
    if (!retries.empty() && retries != "0") { exchange.worker.cells.retries_of_sdks.add(); }
}

// Operation and deployment out of the head's path; else what to say instead.
std::optional<PathError> take_path(Exchange& exchange) {
    constexpr std::size_t host_bytes_max = 255;
    OwnAddress own;
    if (exchange.caller.tls().active()) { own.scheme = "https"; }
    const std::string_view host = exchange.head.fields.get(FieldName::host);
    if (!host.empty() && host.size() <= host_bytes_max) { own.host = host; }
    auto path = parse_api_path(exchange.head.method, exchange.head.target,
                               upgrade_of(exchange.head), own);
    if (std::holds_alternative<PathError>(path)) { return std::get<PathError>(std::move(path)); }
    exchange.path = std::get<ApiPath>(std::move(path));
    exchange.record.operation = exchange.path.operation;
    return std::nullopt;
}

// Builds the reply outside of the callers' frames, which many requests hold and few need it in.
task<void> refuse_request(Exchange& exchange, int status, std::string_view code,
                          std::string_view message) {
    return refuse(exchange, invalid_request(status, code, message), Outcome::client_error);
}

task<void> refuse_path(Exchange& exchange, const PathError& error) {
    return refuse(exchange, error_reply(error), Outcome::client_error);
}

// The gateway's own answers: the models list and its entries.
task<void> answer_models(Exchange& exchange) {
    const Fleet& fleet = *exchange.table->fleet;
    const bool list = exchange.path.operation == Operation::models_list;
    const Caller& caller = *exchange.identity.caller;
    std::string json;
    if (list) {
        json = caller.may_use_all_routes() ? fleet.models_json()
                                           : fleet.models_json(caller.config().routes);
    } else {
        const FleetRoute* route = fleet.find(exchange.path.deployment);
        const bool shown = route != nullptr && caller.may_use(route->id);
        if (shown) { json = fleet.model_json(exchange.path.deployment); }
    }
    if (json.empty()) {
        co_await refuse(exchange, unknown_model(), Outcome::client_error);
        co_return;
    }
    std::string text;
    const auto body = exchange.head.method == Method::head ? ReplyBody::head_only : ReplyBody::full;
    append_json_reply(text, json, exchange.gateway_fields({}), body);
    Chain chain;
    chain.add(text);
    exchange.record.bytes_out += text.size();
    const Result<void> sent = co_await send_to_caller(exchange, chain);
    exchange.keep_alive = exchange.keep_alive && sent.has_value();
    finish(exchange, sent ? Outcome::ok : Outcome::aborted, 200, Clock::now());
}

struct Refusal {
    ErrorReply reply;
    Outcome outcome = Outcome::client_error;
};

// What the body says, and the route it leads to.
std::optional<Refusal> find_route(Exchange& exchange) {
    auto seen = exchange.worker.inspector.inspect(exchange.body, exchange.path.operation);
    if (std::holds_alternative<BodyError>(seen)) {
        const auto& error = std::get<BodyError>(seen);
        ErrorReply reply = invalid_request(400, error.code, error.message);
        reply.param = error.param;
        return Refusal{std::move(reply)};
    }
    exchange.inspection = std::get<Inspection>(std::move(seen));
    exchange.record.stream = exchange.inspection.stream;
    // The path's deployment wins over the body's `model`, as at Azure (azure-protocol.md §1.2).
    const std::string& wanted = exchange.path.deployment.empty() ? exchange.inspection.model
                                                                 : exchange.path.deployment;
    exchange.route = exchange.table->fleet->find(wanted);
    if (exchange.route == nullptr) { return Refusal{unknown_model()}; }
    exchange.record.route = exchange.route->config.name;
    if (std::optional<ErrorReply> refusal = check_audit(exchange)) {
        return Refusal{*std::move(refusal), Outcome::shed};
    }
    for (const auto check : {check_grants, check_budget, take_share}) {
        if (std::optional<ErrorReply> refusal = check(exchange)) {
            return Refusal{*std::move(refusal)};
        }
    }
    return std::nullopt;
}

task<void> dispatch_counted(Exchange& exchange) {
    RouteCells& cells = exchange.route_cells();
    cells.in_flight.add();
    const RetryBudgetParams& params = exchange.table->fleet->config().retry_budget;
    exchange.worker.retries.update([&params, now = exchange.body_read](RetryBudget& ratio) {
        ratio.on_request(params, now);
        return 0;
    });
    co_await dispatch(exchange);
    exchange.hangup.stop();
    cells.in_flight.sub();
}

task<void> serve_inference(Exchange& exchange) {
    if (std::optional<Refusal> refusal = find_route(exchange)) {
        return refuse(exchange, std::move(refusal->reply), refusal->outcome);
    }
    return dispatch_counted(exchange);
}

// Who tried in vain is in the audit stream, too; while it takes no lines the answer is the same, as
// nothing is sent anywhere.
task<void> refuse_caller(Exchange& exchange, Denial denial) {
    std::ignore = check_audit(exchange);
    const bool ours = denial == Denial::issuer_unavailable;
    return refuse(exchange, not_identified(exchange, denial),
                  ours ? Outcome::shed : Outcome::client_error);
}

// Whom a connection comes from.
struct Peer {
    std::string address;
    std::string certificate;  // subject of the verified one; empty: none
};

enum class After : std::uint8_t {
    next,   // another request may come
    close,  // end the connection in good order
    drop,   // end it so that nobody takes what was sent for complete, or because nobody is there
};

After after(const Exchange& exchange) noexcept {
    if (exchange.broken_off) { return After::drop; }
    // A drain that began after our head was written ends the connection all the same: it waits for
    // nobody's next request.
    return exchange.keep_alive && !exchange.worker.draining ? After::next : After::close;
}

// What is known of a request before its head is understood.
void begin(Exchange& exchange, const std::string& peer) {
    exchange.started = Clock::now();
    exchange.table = exchange.worker.table;  // it may have changed while the connection was idle
    exchange.record.at = std::chrono::system_clock::now();
    exchange.record.peer = peer;
}

// One request.
task<After> serve_one(Exchange& exchange, RequestReader& reader, const Peer& peer) {
    const ReadResult read = co_await reader.head(exchange.head, exchange.limits());
    if (read == ReadResult::ended) { co_return After::drop; }
    begin(exchange, peer.address);
    co_await exchange.caller.let_others_read();
    if (read == ReadResult::refused) {
        exchange.worker.cells.heads_refused.add();
        exchange.request_id = exchange.worker.request_ids.next();
        exchange.keep_alive = false;
        const HeadError& error = reader.error();
        const std::string_view code = error.status == 408 ? "request_timeout" : "invalid_http";
        co_await refuse_request(exchange, error.status, code, error.why);
        co_return after(exchange);
    }
    fill_record(exchange);
    exchange.keep_alive = reader.keep_alive();
    if (const std::optional<PathError> error = take_path(exchange)) {
        exchange.keep_alive = exchange.keep_alive && reader.skip_body();
        co_await refuse_path(exchange, *error);
        co_return after(exchange);
    }
    if (const std::optional<Denial> denial = identify(exchange, peer.certificate)) {
        exchange.keep_alive = exchange.keep_alive && reader.skip_body();
        co_await refuse_caller(exchange, *denial);
        co_return after(exchange);
    }
    exchange.body_read = exchange.started;
    ReadResult body = ReadResult::complete;
    if (!reader.take_body()) {
        body = co_await reader.body(exchange.limits());
        exchange.body_read = Clock::now();
    }
    if (body == ReadResult::ended) {
        abandon(exchange, nullptr, Clock::now());
        co_return After::drop;
    }
    if (body == ReadResult::refused) {
        exchange.keep_alive = false;
        const HeadError& error = reader.error();
        co_await refuse_request(exchange, error.status, reader.error_code(), error.why);
        co_return after(exchange);
    }
    exchange.body = reader.body_view();
    exchange.record.bytes_in = exchange.head.bytes + exchange.body.size();
    if (is_inference(exchange.path.operation)) {
        co_await serve_inference(exchange);
    } else {
        co_await answer_models(exchange);
    }
    co_return after(exchange);
}

}  // namespace

task<void> serve(WorkerContext& worker, Accepted accepted) {
    Stream caller(std::move(accepted.socket), worker.poller);
    caller.stage(Stage::caller);
    if (!caller.accepted()) { co_return; }
    if (accepted.tls) {
        TlsSession session = TlsSession::server(std::move(accepted.tls));
        caller.expires_at(Clock::now() + handshake_time);
        const Result<void> shaken = co_await caller.handshake(std::move(session));
        if (!shaken) { co_return; }
    }
    HangupWatch hangup(caller);
    OpenSession session(worker.sessions, caller, hangup);
    RequestReader reader(caller, hangup, session);
    // Here, because a frame of this size for each request would cost more than the rest of it.
    std::optional<Exchange> exchange;
    After then = After::next;
    const Peer peer{accepted.peer, caller.tls().peer_subject()};
    while (then == After::next) {
        exchange.emplace(worker, caller, hangup);
        then = co_await serve_one(*exchange, reader, peer);
    }
    if (then == After::close) { co_await linger(caller, worker); }
}

}  // namespace spillway
