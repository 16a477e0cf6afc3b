#include "wire/error_reply.hpp"

#include "wire/json_quote.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <chrono>

namespace spillway {

namespace http = boost::beast::http;

namespace {

using std::chrono::milliseconds;

// Python gives up above 120 s, Node ignores more than 60 s, Java sleeps whatever it is told.
constexpr milliseconds wait_max{60'000};

std::string json_or_null(std::string_view text) {
    return text.empty() ? std::string{"null"} : json_quoted(text);
}

std::string error_body(const ErrorReply& reply) {
    std::string body{R"({"error":{"message":)"};
    body.append(json_quoted(reply.message));
    body.append(R"(,"type":)").append(json_quoted(reply.type));
    body.append(R"(,"param":)").append(json_or_null(reply.param));
    body.append(R"(,"code":)").append(json_or_null(reply.code)).append("}}");
    return body;
}

void append_start(std::string& out, int status) {
    const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
    out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
    out.append(reason.data(), reason.size());
    out.append("\r\ncontent-type: application/json\r\n");
}

void append_retry_fields(std::string& out, const ErrorReply& reply) {
    if (reply.retry_after) {
        // 0 makes Node repeat within milliseconds (azure-protocol.md §3.7).
        const auto wait = std::clamp(std::chrono::ceil<milliseconds>(*reply.retry_after),
                                     milliseconds{1}, wait_max);
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
        out.append("retry-after-ms: ").append(std::to_string(wait.count()));
        out.append("\r\nretry-after: ").append(std::to_string(seconds.count())).append("\r\n");
    }
    if (reply.should_retry) {
        out.append("x-should-retry: ").append(*reply.should_retry ? "true" : "false");
        out.append("\r\n");
    }
    if (!reply.authenticate.empty()) {
        out.append("www-authenticate: ").append(reply.authenticate).append("\r\n");
    }
    if (!reply.allow.empty()) { out.append("allow: ").append(reply.allow).append("\r\n"); }
}

void append_rest(std::string& out, int status, std::string_view json,
                 const GatewayFields& gateway) {
    append_gateway_fields(out, status, {CallerFraming::Kind::length, json.size()}, gateway);
    out.append("\r\n");
}

}  // namespace

ErrorReply error_reply(const PathError& error) {
    ErrorReply reply;
    reply.status = error.status;
    reply.type = "invalid_request_error";
    reply.code = error.code;
    reply.message = error.message;
    reply.allow = error.allow;
    return reply;
}

ErrorReply unknown_model() {
    ErrorReply reply;
    reply.status = 404;
    reply.type = "invalid_request_error";
    reply.code = "model_not_found";
    reply.param = "model";
    reply.message =
        "This gateway has no route for the requested model. GET /v1/models lists those "
        "it has; names and aliases are in its routing table.";
    return reply;
}

void append_reply(std::string& out, const ErrorReply& reply, const GatewayFields& gateway,
                  ReplyBody body) {
    const std::string json = error_body(reply);
    append_start(out, reply.status);
    append_retry_fields(out, reply);
    append_rest(out, reply.status, json, gateway);
    if (body == ReplyBody::full) { out.append(json); }
}

void append_json_reply(std::string& out, std::string_view json, const GatewayFields& gateway,
                       ReplyBody body) {
    constexpr int ok = 200;
    append_start(out, ok);
    append_rest(out, ok, json, gateway);
    if (body == ReplyBody::full) { out.append(json); }
}

}  // namespace spillway
