#include "wire/upstream_error.hpp"

#include "wire/json.hpp"
#include "wire/json_quote.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace spillway {

namespace {

using Kind = JsonValue::Kind;

constexpr std::size_t body_looked_at_max = std::size_t{64} * 1024;

std::string text_of(const JsonValue& value) { return value.string(UpstreamError::text_max); }

/// `code`, `type` and `message` of an error object; a bare string is a message.
UpstreamError read_error(const JsonValue& error) {
    UpstreamError found;
    if (error.kind() == Kind::string) {
        found.message = text_of(error);
        return found;
    }
    JsonMembers members(error);
    while (members.next()) {
        if (members.name() == "code") { found.code = text_of(members.value()); }
        if (members.name() == "type") { found.type = text_of(members.value()); }
        if (members.name() == "message" || members.name() == "detail") {
            found.message = text_of(members.value());
        }
        if (members.name() == "status" || members.name() == "statusCode") {
            const auto status = members.value().integer().value_or(0);
            found.status = status >= 400 && status <= 599 ? static_cast<int>(status) : 0;
        }
    }
    return found;
}

/// The object that describes the error, wherever this upstream keeps it; the document itself when
/// its fields are flat.
JsonValue find_error(const JsonValue& document) noexcept {
    const JsonValue error = document["error"];
    if (error.has_content()) { return error; }
    const JsonValue of_response = document["response"]["error"];
    if (of_response.has_content()) { return of_response; }
    return document["response"].kind() == Kind::object ? JsonValue() : document;
}

/// A status written as an error code: Azure's gateway does that (§5.1).
int numeric_status(std::string_view code) noexcept {
    int status = 0;
    const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), status);
    const bool whole = error == std::errc{} && end == code.data() + code.size();
    return whole && status >= 400 && status <= 599 ? status : 0;
}

int named_status(std::string_view word) noexcept {
    struct Row {
        std::string_view word;
        int status;
    };
    constexpr std::array rows = {
        Row{"rate_limit_exceeded", 429},
        Row{"too_many_requests", 429},
        Row{"rate_limit_error", 429},
        Row{"insufficient_quota", 429},
        Row{"server_is_overloaded", 503},
        Row{"overloaded", 503},
        Row{"overloaded_error", 503},
        Row{"slow_down", 503},
        Row{"service_unavailable", 503},
        Row{"Timeout", 408},
        Row{"timeout", 408},
        Row{"DeploymentNotFound", 404},
        Row{"model_not_found", 404},
        Row{"PermissionDenied", 403},
        Row{"permission_error", 403},
        Row{"invalid_api_key", 401},
        Row{"authentication_error", 401},
        Row{"content_filter", 400},
        Row{"context_length_exceeded", 400},
        Row{"invalid_prompt", 400},
        Row{"previous_response_not_found", 400},
        Row{"invalid_encrypted_content", 400},
        Row{"invalid_request_error", 400},
    };
    const auto* const row = std::ranges::find(rows, word, &Row::word);
    return row == rows.end() ? 0 : row->status;
}

/// Of an error whose fields give no reason but whose words do (§3.5, §4.5).
int worded_status(std::string_view message) noexcept {
    if (message.find("high demand") != std::string_view::npos) { return 429; }
    if (message.find("overloaded") != std::string_view::npos) { return 503; }
    return 0;
}

int status_of(const UpstreamError& error) noexcept {
    if (error.status != 0) { return error.status; }
    for (const std::string_view word :
         {std::string_view(error.code), std::string_view(error.type)}) {
        if (const int status = numeric_status(word); status != 0) { return status; }
        if (const int status = named_status(word); status != 0) { return status; }
    }
    const int status = worded_status(error.message);
    return status != 0 ? status : 500;
}

bool is_text(std::string_view body) noexcept {
    return std::ranges::none_of(body, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 && c != '\n' && c != '\r' && c != '\t';
    });
}

std::string text_message(std::string_view body) {
    const std::size_t begin = body.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) { return {}; }
    body.remove_prefix(begin);
    if (body[0] == '<') { return "(a page of HTML)"; }
    body = utf8_prefix(body, UpstreamError::text_max);
    if (!is_text(body)) { return "(not text)"; }
    return std::string(body.substr(0, body.find_last_not_of(" \t\r\n") + 1));
}

}  // namespace

UpstreamError error_of_event(const SseEvent& event) {
    UpstreamError error = read_error(find_error(JsonValue::parse(event.data)));
    // The event's own name, which a flat error repeats in this field, is no reason.
    if (error.type == "error") { error.type.clear(); }
    error.status = status_of(error);
    return error;
}

UpstreamError error_of_body(int status, std::string_view body) {
    body = body.substr(0, body_looked_at_max);
    const JsonValue document = JsonValue::parse(body);
    UpstreamError error;
    if (document.kind() == Kind::object) {
        error = read_error(find_error(document));
    } else {
        error.message = text_message(body);
    }
    error.status = status;
    return error;
}

}  // namespace spillway
