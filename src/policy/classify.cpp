// The table of azure-protocol.md §5.3, row by row. Bodies are recognised by code and type first;
// texts (§3.5, §5.2) only where Azure tells two cases apart by nothing else.
#include "spillway/policy/classify.hpp"

#include <algorithm>

namespace spillway {

namespace {

using Next = Verdict::Next;
using Cost = RequestBudget::Cost;

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// `needle` in lower case; the case of Azure's texts differs between services and years.
bool contains(std::string_view text, std::string_view needle) noexcept {
    const auto same = [](char a, char b) { return lower(a) == b; };
    return std::search(text.begin(), text.end(), needle.begin(), needle.end(), same) != text.end();
}

bool has_code(const ErrorFacts& facts, std::string_view code) noexcept {
    return facts.code == code || facts.type == code;
}

constexpr Verdict pass_on = {};

Verdict misconfigured(Reason reason) noexcept {
    return {.next = Next::elsewhere,
            .effect = Effect::misconfigured,
            .reason = reason,
            .alert = true,
            .showable = false};
}

// "The system is currently experiencing high demand …", "The service is temporarily unable to
// process your request.", OpenAI's slow_down: the model is short of machines, nobody's quota is
// used up.
bool is_capacity(const ErrorFacts& facts) noexcept {
    return has_code(facts, "slow_down") || contains(facts.message, "high demand") ||
           contains(facts.message, "temporarily unable") || contains(facts.message, "overloaded");
}

// "call rate limit" is Azure's name for RPM; OpenAI says which one in `type`.
Reason quota_reason(const ErrorFacts& facts) noexcept {
    const bool requests = facts.type == "requests" || contains(facts.message, "call rate limit") ||
                          contains(facts.message, "requests per min");
    return requests ? Reason::throttled_requests : Reason::throttled_tokens;
}

Verdict throttled(const ErrorFacts& facts) noexcept {
    if (has_code(facts, "insufficient_quota")) { return misconfigured(Reason::insufficient_quota); }
    // Headers that say "used up" outweigh the text: quota is the milder verdict and the likelier
    // one.
    if (!facts.quota_headers && is_capacity(facts)) {
        return {.next = Next::elsewhere,
                .effect = Effect::soft,
                .reason = Reason::throttled_capacity,
                .throttle = true};
    }
    return {.next = Next::elsewhere,
            .effect = Effect::neutral,
            .reason = quota_reason(facts),
            .throttle = true,
            .cost = Cost::free};
}

Verdict unauthorized(const ErrorFacts& facts) noexcept {
    // One caller's token says nothing about the deployment, and nobody else may vouch for it.
    if (facts.callers_credential) {
        return {.effect = Effect::neutral, .reason = Reason::unauthorized};
    }
    return misconfigured(Reason::unauthorized);
}

// The deployment cannot do it at all, or the caller asked for something wrong.
Verdict bad_request(const ErrorFacts& facts) noexcept {
    const bool unsupported = facts.code == "OperationNotSupported" ||
                             contains(facts.message, "responses api is not enabled");
    if (!unsupported) { return pass_on; }
    return {.next = Next::elsewhere, .effect = Effect::neutral, .reason = Reason::unsupported};
}

// A route we built leads nowhere, unless it is the caller's own id (a response, a file) that is
// unknown.
Verdict missing(const ErrorFacts& facts) noexcept {
    const bool named = facts.code == "DeploymentNotFound" || facts.code == "model_not_found";
    const bool ours = named || contains(facts.message, "resource not found");
    if (!ours) { return pass_on; }
    // A caller's typo must not open the breaker for everybody.
    if (!named && facts.callers_version) { return {.effect = Effect::neutral}; }
    return misconfigured(Reason::not_found);
}

Verdict server_error(const ErrorFacts& facts) noexcept {
    return {.next = Next::elsewhere,
            .effect = Effect::hard,
            .reason = Reason::server_error,
            .throttle = facts.status == 503 && facts.retry_after,
            .showable = false};
}

Verdict no_connection(Reason reason, Cause cause) noexcept {
    return {.next = Next::elsewhere,
            .effect = Effect::local,
            .reason = reason,
            .alert = cause == Cause::certificate,
            .showable = false,
            .cost = Cost::free};
}

Verdict broken(Reason reason, Effect effect) noexcept {
    return {.next = Next::elsewhere, .effect = effect, .reason = reason, .showable = false};
}

// Nobody's fault upstream, and nobody is left to send an answer to.
Verdict stop(Reason reason) noexcept {
    return {.effect = Effect::neutral, .reason = reason, .showable = false};
}

Verdict after_send(const Failure& failure) noexcept {
    const bool has_head = failure.stage >= Stage::commit;
    switch (failure.cause) {
        case Cause::timeout:
            // A head that never comes is a broken upstream; a stream that has begun and is slow to
            // say something is as often a long prompt: it counts in the rate, not in a row.
            return has_head ? broken(Reason::timeout_first_event, Effect::soft)
                            : broken(Reason::timeout_head, Effect::hard);
        case Cause::malformed:
        case Cause::too_large: return broken(Reason::malformed, Effect::hard);
        case Cause::unavailable: {
            // The credential was lost after it was planned with; the planner sees that by itself.
            Verdict verdict = misconfigured(Reason::unauthorized);
            verdict.effect = Effect::neutral;
            verdict.cost = Cost::free;
            return verdict;
        }
        default: break;
    }
    const bool cut_short = has_head && failure.cause == Cause::closed;
    return broken(cut_short ? Reason::truncated : Reason::reset, Effect::hard);
}

// After the commit point there is no elsewhere; only the breaker learns from it.
Verdict after_commit(const Failure& failure) noexcept {
    const bool nonsense = failure.cause == Cause::malformed || failure.cause == Cause::too_large;
    return {.effect = Effect::hard,
            .reason = nonsense ? Reason::malformed : Reason::truncated,
            .showable = false};
}

}  // namespace

Verdict classify(const ErrorFacts& facts) noexcept {
    if (facts.status >= 500) { return server_error(facts); }
    switch (facts.status) {
        case 400: return bad_request(facts);
        case 401:
        case 403: return unauthorized(facts);
        case 404: return missing(facts);
        case 408:
            return {.next = Next::elsewhere_once,
                    .effect = Effect::soft,
                    .reason = Reason::request_timeout};
        case 424: return server_error(facts);
        case 429: return throttled(facts);
        // Too many headers: made by us, so no other deployment would like it better.
        case 431: return {.effect = Effect::neutral, .alert = true};
        default: return pass_on;
    }
}

Verdict classify(const Failure& failure) noexcept {
    if (failure.cause == Cause::deadline) { return stop(Reason::timeout_total); }
    if (failure.cause == Cause::cancelled) { return stop(Reason::none); }
    switch (failure.stage) {
        case Stage::resolve: return no_connection(Reason::resolve, failure.cause);
        case Stage::connect: return no_connection(Reason::connect, failure.cause);
        case Stage::tls: return no_connection(Reason::tls, failure.cause);
        case Stage::send:
        case Stage::head:
        case Stage::commit: return after_send(failure);
        case Stage::stream: return after_commit(failure);
        case Stage::caller: return stop(Reason::none);
    }
    return stop(Reason::none);
}

std::string_view name(Reason reason) noexcept {
    switch (reason) {
        case Reason::none: return "none";
        case Reason::throttled_tokens: return "throttled_tokens";
        case Reason::throttled_requests: return "throttled_requests";
        case Reason::throttled_capacity: return "throttled_capacity";
        case Reason::insufficient_quota: return "insufficient_quota";
        case Reason::server_error: return "server_error";
        case Reason::request_timeout: return "request_timeout";
        case Reason::unauthorized: return "unauthorized";
        case Reason::not_found: return "not_found";
        case Reason::unsupported: return "unsupported";
        case Reason::resolve: return "resolve";
        case Reason::connect: return "connect";
        case Reason::tls: return "tls";
        case Reason::timeout_head: return "timeout_head";
        case Reason::timeout_first_event: return "timeout_first_event";
        case Reason::timeout_total: return "timeout_total";
        case Reason::reset: return "reset";
        case Reason::malformed: return "malformed";
        case Reason::truncated: return "truncated";
        case Reason::stream_error: return "stream_error";
    }
    return "unknown";
}

}  // namespace spillway
