#include "proxy/admission.hpp"

#include "wire/caller_credentials.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <variant>

namespace spillway {
namespace {

ErrorReply denied(Exchange& exchange, Denial denial, int status, std::string_view code) {
    exchange.worker.cells.denials[static_cast<std::size_t>(denial)].add();
    ErrorReply reply;
    reply.status = status;
    reply.code = code;
    reply.should_retry = false;
    return reply;
}

ErrorReply not_granted(Exchange& exchange, Denial denial, std::string_view code) {
    ErrorReply reply = denied(exchange, denial, 403, code);
    reply.type = "permission_error";
    return reply;
}

// Of embeddings there is no answer to bound.
bool asks_for_too_much(const Exchange& exchange) noexcept {
    const Tokens output_max = exchange.identity.caller->config().output_max;
    if (output_max == 0 || exchange.path.operation == Operation::embeddings) { return false; }
    const Inspection& seen = exchange.inspection;
    return !seen.output_bound || *seen.output_bound > output_max / seen.choices;
}

std::string_view output_bound_key(Operation operation) noexcept {
    switch (operation) {
        case Operation::responses: return "max_output_tokens";
        case Operation::completions: return "max_tokens";
        default: return "max_completion_tokens";
    }
}

ErrorReply too_long(Exchange& exchange) {
    const Tokens output_max = exchange.identity.caller->config().output_max;
    ErrorReply reply = denied(exchange, Denial::output, 400, "output_too_large");
    reply.type = "invalid_request_error";
    reply.param = output_bound_key(exchange.path.operation);
    reply.message = "You may ask for at most " + std::to_string(output_max) +
                    " tokens of output in one request, all choices (`n`) together. Set `" +
                    std::string(reply.param) + "` accordingly.";
    return reply;
}

std::string_view in_words(Denial denial) noexcept {
    switch (denial) {
        case Denial::requests: return "requests per minute";
        case Denial::streams: return "requests at the same time";
        default: return "tokens per minute";
    }
}

ErrorReply over_share(Exchange& exchange, const ShareRefusal& why, TimePoint now) {
    ErrorReply reply = denied(exchange, why.reason, 429, "caller_limit_exceeded");
    reply.type = "rate_limit_error";
    reply.message = "You have used up your " + std::string(in_words(why.reason)) +
                    " at this gateway. Retry after the time given in retry-after-ms.";
    reply.retry_after = std::clamp<Duration>(why.ready_at - now, std::chrono::milliseconds(1),
                                             std::chrono::seconds(60));
    reply.should_retry = true;
    return reply;
}

ErrorReply larger_than_share(Exchange& exchange, Tokens estimate) {
    ErrorReply reply = denied(exchange, Denial::tokens, 400, "caller_limit_too_small");
    reply.type = "invalid_request_error";
    reply.message = "This request is estimated at " + std::to_string(estimate) +
                    " tokens, more than your tokens per minute at this gateway. Ask for less "
                    "output, or whoever keeps the gateway's table for more.";
    return reply;
}

std::string amount_text(const Exchange& exchange, SpendingUnit unit, std::int64_t amount) {
    if (unit == SpendingUnit::tokens) { return std::to_string(amount) + " tokens"; }
    return money_text(amount) + " " + exchange.table->fleet->config().currency;
}

// Waiting for tomorrow is nobody's retry.
ErrorReply over_budget(Exchange& exchange, const UsedUp& why) {
    ErrorReply reply = not_granted(exchange, Denial::budget, "budget_exceeded");
    reply.type = "insufficient_quota";
    reply.message = "Your budget of " + amount_text(exchange, why.unit, why.limit) + " a " +
                    std::string(name(why.period)) + " at this gateway is used up. A new " +
                    std::string(name(why.period)) + " begins on " + day_text(why.renews) +
                    " (UTC); whoever keeps the gateway's table can raise it.";
    return reply;
}

// Whose keys have not been fetched yet, of that nothing can be said; the request may be right.
ErrorReply issuer_unavailable(Exchange& exchange) {
    ErrorReply reply = denied(exchange, Denial::issuer_unavailable, 503, "issuer_unavailable");
    reply.message =
        "The gateway has not been able to fetch the keys that your token is verified with. Retry "
        "later; whoever keeps the gateway finds the reason in its log.";
    reply.retry_after = std::chrono::seconds(1);
    reply.should_retry = true;
    return reply;
}

ErrorReply too_many_groups(Exchange& exchange) {
    ErrorReply reply = not_granted(exchange, Denial::groups_overage, "groups_overage");
    reply.message =
        "Your token is right, but you are in so many groups that it names none. Ask for an app "
        "role of the gateway's application, or for a token that has only the groups assigned to "
        "it.";
    return reply;
}

ErrorReply token_expired(Exchange& exchange) {
    ErrorReply reply = denied(exchange, Denial::token_expired, 401, "token_expired");
    reply.type = "authentication_error";
    reply.authenticate = R"(Bearer error="invalid_token")";
    reply.message = "Your token has expired. Get a new one for each request from a token provider.";
    return reply;
}

}  // namespace

std::optional<Denial> identify(Exchange& exchange, std::string_view certificate) {
    const CallerDirectory& directory = *exchange.table->callers;
    const auto credentials = CallerCredentials::of(exchange.head, directory.key_header());
    auto answer = exchange.worker.identifier.identify(exchange.table->callers,
                                                      {credentials, certificate,
                                                       exchange.record.at});
    if (std::holds_alternative<Denial>(answer)) { return std::get<Denial>(answer); }
    exchange.identity = std::get<Identity>(std::move(answer));
    if (directory.asks()) {
        exchange.record.caller = exchange.identity.caller->name();
        exchange.record.cost_center = exchange.identity.caller->config().cost_center;
        exchange.record.tags = &exchange.identity.caller->config().tags;
    }
    return std::nullopt;
}

// The same words whichever half of a credential was wrong: they must not help who guesses.
ErrorReply not_identified(Exchange& exchange, Denial denial) {
    if (denial == Denial::issuer_unavailable) { return issuer_unavailable(exchange); }
    if (denial == Denial::groups_overage) { return too_many_groups(exchange); }
    if (denial == Denial::token_expired) { return token_expired(exchange); }
    ErrorReply reply = denied(exchange, denial, 401, "invalid_api_key");
    reply.type = "authentication_error";
    reply.authenticate = "Bearer";
    reply.message =
        "The credentials of this request are not valid here. Check the key or token, and that no "
        "other header carries an old one.";
    if (denial == Denial::credential_missing) {
        reply.message =
            "This gateway asks who calls: send your key as `Authorization: Bearer KEY` or "
            "`api-key: KEY`.";
    }
    return reply;
}

std::optional<ErrorReply> check_grants(Exchange& exchange) {
    const Caller& caller = *exchange.identity.caller;
    if (!caller.may_use(exchange.path.operation)) {
        ErrorReply reply = not_granted(exchange, Denial::operation, "operation_not_allowed");
        reply.message = "You may not use " + std::string(name(exchange.path.operation)) +
                        " here. Whoever keeps the gateway's table can grant it.";
        return reply;
    }
    if (!caller.may_use(exchange.route->id)) {
        ErrorReply reply = not_granted(exchange, Denial::route, "route_not_allowed");
        reply.param = "model";
        reply.message = "You may not use the model '" + exchange.route->config.name +
                        "' here. GET /v1/models lists those you may; whoever keeps the gateway's "
                        "table can grant others.";
        return reply;
    }
    if (asks_for_too_much(exchange)) { return too_long(exchange); }
    return std::nullopt;
}

std::optional<ErrorReply> check_budget(Exchange& exchange) {
    const PeriodAmounts& limits = exchange.identity.caller->config().budget;
    if (!limits_anything(limits)) { return std::nullopt; }
    const WallTime now = exchange.record.at;
    const std::optional<UsedUp> why = used_up(limits, exchange.account().used(now), now);
    return why ? std::optional(over_budget(exchange, *why)) : std::nullopt;
}

std::optional<ErrorReply> take_share(Exchange& exchange) {
    CallerShare* const share = exchange.identity.caller->share();
    if (share == nullptr) { return std::nullopt; }
    const Demand demand(exchange.path.operation, exchange.inspection);
    const Tokens estimate = demand.estimate(*exchange.route->members.front().deployment);
    const TimePoint now = exchange.body_read;
    auto taken = share->take(estimate, now);
    if (std::holds_alternative<ShareRefusal>(taken)) {
        const auto& why = std::get<ShareRefusal>(taken);
        if (why.ready_at == never) { return larger_than_share(exchange, estimate); }
        return over_share(exchange, why, now);
    }
    exchange.share.emplace(std::get<SharePermit>(std::move(taken)));
    return std::nullopt;
}

void return_share(Exchange& exchange, const std::optional<Usage>& usage, int status,
                  TimePoint now) {
    if (!exchange.share) { return; }
    const bool answered = exchange.attempts > 0 && status < 300;
    if (usage) {
        exchange.share->settle(usage->total(), now);
    } else if (!answered) {
        exchange.share->settle(0, now);
    }  // else nobody said how much: the estimate stays charged
    exchange.share.reset();
}

}  // namespace spillway
