#include "proxy/admission.hpp"

#include "wire/caller_credentials.hpp"

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

}  // namespace

std::optional<Denial> identify(Exchange& exchange, std::string_view certificate) {
    const CallerDirectory& directory = *exchange.table->callers;
    const auto credentials = CallerCredentials::of(exchange.head, directory.key_header());
    auto answer = exchange.worker.identifier.identify(directory, {credentials, certificate});
    if (std::holds_alternative<Denial>(answer)) { return std::get<Denial>(answer); }
    exchange.identity = std::get<Identity>(std::move(answer));
    if (directory.asks()) {
        exchange.record.caller = exchange.identity.caller->name();
        exchange.record.cost_center = exchange.identity.caller->config().cost_center;
    }
    return std::nullopt;
}

// The same words whichever half of a credential was wrong: they must not help who guesses.
ErrorReply not_identified(Exchange& exchange, Denial denial) {
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
    return std::nullopt;
}

}  // namespace spillway
