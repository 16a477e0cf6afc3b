// Called by session, dispatch and relay.
#include "proxy/ending.hpp"

#include "proxy/admission.hpp"
#include "proxy/auditing.hpp"
#include "proxy/charging.hpp"
#include "proxy/feed.hpp"
#include "telemetry/event_log.hpp"
#include "wire/chunk.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace spillway {
namespace {

double seconds(Duration duration) noexcept {
    return std::chrono::duration<double>(duration).count();
}

// What every deployment behind the same endpoint would show too.
bool speaks_for_region(const Attempt& attempt) noexcept {
    const int status = attempt.error().status;
    return status == 502 || status == 503 || status == 504;
}

std::string_view word(Breaker::State state) noexcept {
    switch (state) {
        case Breaker::State::closed: return "closed";
        case Breaker::State::open: return "open";
        case Breaker::State::half_open: return "half_open";
    }
    return "unknown";
}

void note_transitions(Exchange& exchange, const Attempt& attempt, const Transitions& changes,
                      TimePoint now) {
    feed_transitions(exchange, attempt, changes, now);
    const auto note = [&](const Breaker::Transition& change, std::string_view what) {
        const auto severity = change.to == Breaker::State::open ? Severity::warn : Severity::info;
        log_event(severity, "breaker",
                  {{"deployment", attempt.deployment().config.name},
                   {"breaker_of", what},
                   {"from", word(change.from)},
                   {"to", word(change.to)},
                   {"reason", name(change.reason)}});
    };
    if (changes.deployment) {
        const auto to = static_cast<std::size_t>(changes.deployment->to);
        const auto reason = static_cast<std::size_t>(changes.deployment->reason);
        attempt.cells().transitions[to][reason].add();
        note(*changes.deployment, "deployment");
    }
    if (changes.region) { note(*changes.region, attempt.deployment().resource->config.name); }
}

void add_record(Exchange& exchange, const Attempt& attempt, Reason reason, TimePoint now) {
    AccessRecord& record = exchange.record;
    const std::string& residency = exchange.route->config.residency;
    const std::string& geography = attempt.deployment().resource->config.geography;
    exchange.residency_held = exchange.residency_held &&
                              (residency.empty() || residency == geography);
    if (record.attempts.size() < AccessRecord::attempts_max) {
        record.attempts.push_back({attempt.deployment().config.name, attempt.status(), reason,
                                   now - attempt.began(), attempt.reused(), attempt.probe()});
    }
}

void call_operator(const Attempt& attempt, const Verdict& verdict) {
    if (!verdict.alert) { return; }
    attempt.cells().alerts.add();
    log_event(Severity::error, "deployment_needs_attention",
              {{"deployment", attempt.deployment().config.name},
               {"reason", name(verdict.reason)},
               {"status", std::to_string(attempt.status())},
               {"upstream_says", attempt.error().message}});
}

// When to come back: what the answer says in so many words, else when its window starts anew.
std::optional<Duration> wait_hint(const Hints& hints) noexcept {
    if (hints.retry_after) { return hints.retry_after; }
    return hints.reset_tokens ? hints.reset_tokens : hints.reset_requests;
}

void report_start(Exchange& exchange, Attempt& attempt, Permit::Start start, TimePoint now) {
    const Transitions changes = attempt.permit().report(start, now, exchange.worker.rng);
    note_transitions(exchange, attempt, changes, now);
}

// An attempt whose answer the caller got, at least in part.
void note_served(Exchange& exchange, Attempt& attempt, Reason reason, TimePoint now) {
    add_record(exchange, attempt, reason, now);
    DeploymentCells& cells = attempt.cells();
    cells.duration.observe(seconds(now - attempt.began()));
    if (attempt.first_output()) {
        const TimePoint first = *attempt.first_output();
        cells.time_to_first_token.observe(seconds(first - attempt.began()));
        exchange.route_cells().time_to_first_token.observe(seconds(first - exchange.started));
        exchange.record.first_token = first - exchange.started;
    }
}

void settle(Exchange& exchange, Attempt& attempt, TimePoint now) {
    exchange.audit = attempt.taps().take_audit();
    if (!attempt.sent()) {
        return;  // the permit gives everything back
    }
    note_charge(exchange, attempt);
    DeploymentCells& cells = attempt.cells();
    const std::optional<Usage>& usage = attempt.taps().usage().usage();
    if (usage) {
        exchange.record.usage = usage;
        attempt.permit().settle(usage->total(), now);
        cells.input_tokens.add(static_cast<std::uint64_t>(usage->input));
        cells.output_tokens.add(static_cast<std::uint64_t>(usage->output));
        cells.cached_input_tokens.add(static_cast<std::uint64_t>(usage->cached_input));
        cells.reasoning_output_tokens.add(static_cast<std::uint64_t>(usage->reasoning_output));
        CallerCells& caller = exchange.caller_cells();
        caller.input_tokens.add(static_cast<std::uint64_t>(usage->input));
        caller.output_tokens.add(static_cast<std::uint64_t>(usage->output));
        return;
    }
    // Nobody told: at least what has been seen was generated. Less than the estimate changes
    // nothing.
    const Tokens seen = exchange.inspection.prompt + attempt.taps().usage().output_events();
    attempt.permit().settle(std::max(seen, attempt.permit().reservation().tokens), now);
    if (attempt.complete() && attempt.status() < 300) {
        const bool due = exchange.inspection.asks_usage(exchange.path.operation);
        (due ? cells.usage_absent : cells.usage_not_asked).add();
    }
}

bool started_slowly(const Exchange& exchange, const Attempt& attempt) {
    const Duration slow = exchange.table->fleet->config().breaker.slow_start;
    const TimePoint first = attempt.first_output().value_or(attempt.head_at());
    return slow > Duration::zero() && first - attempt.sent_at() > slow;
}

// Tells the caller of a stream what happened, in its dialect, and then ends the connection so that
// nothing can take the answer for complete: a chunked body without its last chunk, a length not
// reached, a reset where only the end of the connection ends the body.
task<void> end_honestly(Exchange& exchange, Attempt& attempt) {
    const bool can_tell = attempt.body() == Attempt::Body::events &&
                          attempt.scanner().at_boundary();
    if (can_tell) {
        const std::string text = attempt.dialect().error_event(
            "upstream_stream_interrupted",
            "The upstream stream was interrupted before it was complete. What was received is "
            "not the whole answer; send the request again.");
        const ChunkHead chunk(text.size());
        const bool chunked = exchange.caller_framing == CallerFraming::Kind::chunked;
        Chain chain;
        chain.add(chunked ? chunk.view() : std::string_view{});
        chain.add(text);
        chain.add(chunked ? chunk_end : std::string_view{});
        const Result<void> sent = co_await send_to_caller(exchange, chain);
        exchange.record.bytes_out += sent ? text.size() : 0;
    }
    if (exchange.caller_framing == CallerFraming::Kind::until_close) { exchange.caller.abort(); }
    exchange.broken_off = true;
}

}  // namespace

void note_attempt(Exchange& exchange, Attempt& attempt, const Verdict& verdict, TimePoint now) {
    Permit::Start start;
    start.effect = verdict.effect;
    start.speaks_for_region = speaks_for_region(attempt);
    if (attempt.status() == 503) { start.wait = attempt.hints().retry_after; }
    report_start(exchange, attempt, start, now);
    Deployment& live = *attempt.deployment().live;
    if (verdict.throttle && attempt.status() == 503) {
        live.unavailable(*attempt.hints().retry_after, now);
    } else if (verdict.throttle) {
        live.throttled(wait_hint(attempt.hints()), now);
    }
    live.note_failure(verdict.reason, attempt.status(), now);
    add_record(exchange, attempt, verdict.reason, now);
    const auto reason = static_cast<std::size_t>(verdict.reason);
    attempt.cells().failures[reason].add();
    exchange.route_cells().failovers[reason].add();
    call_operator(attempt, verdict);
    attempt.release_connection(now);
}

void note_commit(Exchange& exchange, Attempt& attempt, const Verdict& verdict, TimePoint now) {
    Permit::Start start;
    start.effect = verdict.effect;
    start.slow = started_slowly(exchange, attempt);
    report_start(exchange, attempt, start, now);
    call_operator(attempt, verdict);
}

task<void> refuse(Exchange& exchange, ErrorReply reply, Outcome outcome) {
    std::string text;
    const auto& attempts = exchange.record.attempts;
    const std::string_view last = attempts.empty() ? std::string_view{}
                                                   : attempts.back().deployment;
    const auto body = exchange.head.method == Method::head ? ReplyBody::head_only : ReplyBody::full;
    append_reply(text, reply, exchange.gateway_fields(last), body);
    exchange.detail.assign(reply.code);
    return_share(exchange, exchange.record.usage, reply.status, Clock::now());
    Chain chain;
    chain.add(text);
    const Result<void> sent = co_await send_to_caller(exchange, chain);
    exchange.record.bytes_out += text.size();
    if (!sent) { exchange.keep_alive = false; }
    finish(exchange, sent ? outcome : Outcome::aborted, reply.status, Clock::now());
}

void complete(Exchange& exchange, Attempt& attempt, TimePoint now) {
    settle(exchange, attempt, now);
    note_served(exchange, attempt, Reason::none, now);
    attempt.release_connection(now);
    const int status = attempt.status();
    auto outcome = status < 400   ? Outcome::ok
                   : status < 500 ? Outcome::client_error
                                  : Outcome::upstream_error;
    if (attempt.dialect().failed()) {
        outcome = Outcome::upstream_error;
        exchange.detail.assign("the upstream reported an error in its stream");
    }
    finish(exchange, outcome, status, now);
}

task<void> break_off(Exchange& exchange, Attempt& attempt, Failure failure) {
    const TimePoint now = Clock::now();
    const bool our_deadline = failure.cause == Cause::timeout &&
                              attempt.clocks().total_expired(now);
    failure.cause = our_deadline ? Cause::deadline : failure.cause;
    const Verdict verdict = classify(failure);
    if (!our_deadline) {
        const Transitions changes = attempt.permit().report_broken(now, exchange.worker.rng);
        note_transitions(exchange, attempt, changes, now);
    }
    attempt.deployment().live->note_failure(verdict.reason, attempt.status(), now);
    attempt.cells().failures[static_cast<std::size_t>(verdict.reason)].add();
    settle(exchange, attempt, now);
    note_served(exchange, attempt, verdict.reason, now);
    attempt.drop_connection();
    exchange.keep_alive = false;
    exchange.detail = describe(failure);
    return_share(exchange, exchange.record.usage, attempt.status(), now);
    co_await end_honestly(exchange, attempt);
    finish(exchange, our_deadline ? Outcome::timeout : Outcome::upstream_error, attempt.status(),
           Clock::now());
}

void abandon(Exchange& exchange, Attempt* attempt, TimePoint now) {
    exchange.keep_alive = false;
    exchange.broken_off = true;
    exchange.detail.assign("the caller went away");
    if (attempt != nullptr) {
        settle(exchange, *attempt, now);
        note_served(exchange, *attempt, Reason::none, now);
        attempt->drop_connection();
    }
    finish(exchange, Outcome::aborted, 0, now);
}

void finish(Exchange& exchange, Outcome outcome, int status, TimePoint now) {
    RouteCells& cells = exchange.route_cells();
    const auto operation = static_cast<std::size_t>(exchange.path.operation);
    cells.requests[operation][status_slot(status)][static_cast<std::size_t>(outcome)].add();
    if (exchange.identity.caller != nullptr) {
        exchange.caller_cells().requests[static_cast<std::size_t>(outcome)].add();
    }
    const Duration total = now - exchange.started;
    Histogram& duration = exchange.record.stream ? cells.duration_stream : cells.duration_json;
    duration.observe(seconds(total));
    if (exchange.attempts > 0) {
        const std::size_t slot = std::min<std::size_t>(exchange.attempts, attempts_slots) - 1;
        cells.attempts[slot].add();
    }
    AccessRecord& record = exchange.record;
    record.request_id = exchange.request_id;
    record.upstream_request_id = exchange.upstream_request_id;
    record.skipped = exchange.skipped;
    record.detail = exchange.detail;
    record.status = status;
    record.outcome = outcome;
    record.total = total;
    record.overhead = exchange.overhead_request + exchange.overhead_response;
    if (exchange.overhead_request > Duration::zero()) {
        exchange.worker.cells.overhead_request.observe(seconds(exchange.overhead_request));
    }
    if (exchange.overhead_response > Duration::zero()) {
        exchange.worker.cells.overhead_response.observe(seconds(exchange.overhead_response));
    }
    if (!exchange.worker.log.write(record)) { exchange.worker.cells.access_log_dropped.add(); }
    audit(exchange);
    charge(exchange);
    return_share(exchange, record.usage, status, now);
    exchange.finished = true;
}

}  // namespace spillway
