// Both directions are lists. Towards the upstream a field needs a line in a list to pass, so
// that a header nobody thought of cannot leak a credential or use up Azure's ten; towards the
// caller a field needs a reason not to.
#include "wire/head_rules.hpp"

#include "wire/octets.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace spillway {

namespace {

using octets::Class;

enum class Passage : std::uint8_t { withheld, registered, custom };
enum class Towards : std::uint8_t { both, azure, openai };

struct CustomField {
    std::string_view name;
    Towards towards;
};

// Azure does not say what it counts as custom; we assume: every name that is not a registered HTTP
// field. `host`, `content-length` and `accept-encoding` are ours and registered; the credential,
// x-request-id and x-ms-client-request-id are ours and count. Deliberately absent: x-stainless-*,
// x-forwarded-*, via, forwarded, traceparent and tracestate (they would use up the ten),
// accept-language and sec-fetch-* (no model reads them), cookies, every credential, x-spillway-*.
constexpr std::array custom_fields = {
    CustomField{"openai-beta", Towards::both},                 // previews by header
    CustomField{"aoai-evals", Towards::azure},                 // azure-protocol.md §1.3
    CustomField{"foundry-features", Towards::azure},           // its newer form
    CustomField{"x-ms-spillover-deployment", Towards::azure},  // §3.4, per request
    CustomField{"openai-organization", Towards::openai},
    CustomField{"openai-project", Towards::openai},
    CustomField{"idempotency-key", Towards::openai},
    CustomField{"x-client-request-id", Towards::openai},
};

/// Whether a caller's field passes. None of the custom names has a FieldName.
Passage passage(const Field& field, UpstreamFamily family) noexcept {
    switch (field.id) {
        case FieldName::accept:
        case FieldName::content_type:
        case FieldName::user_agent: return Passage::registered;
        case FieldName::other: break;
        default: return Passage::withheld;
    }
    const auto wrong = family == UpstreamFamily::azure ? Towards::openai : Towards::azure;
    for (const CustomField& entry : custom_fields) {
        if (entry.towards != wrong && equal_ignoring_case(field.name, entry.name)) {
            return Passage::custom;
        }
    }
    return Passage::withheld;
}

/// The fields that a head's Connection fields name, which are for this connection only.
class NamedByConnection {
public:
    explicit NamedByConnection(const Fields& fields) noexcept
        : fields_(fields), any_(fields.has(FieldName::connection)) {}

    [[nodiscard]] bool contains(std::string_view name) const noexcept {
        return any_ && std::ranges::any_of(fields_.all(), [&](const Field& field) {
                   return field.id == FieldName::connection && list_has_token(field.value, name);
               });
    }

private:
    const Fields& fields_;
    bool any_;
};

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

void append_field(std::string& out, std::string_view name, std::uint64_t value) {
    std::array<char, 20> digits;  // 2^64 - 1 has 20
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    append_field(out, name, std::string_view{digits.begin(), end});
}

/// Fields of an answer that concern this connection only, or that we write ourselves.
bool is_ours_or_hop_by_hop(FieldName id) noexcept {
    switch (id) {
        case FieldName::connection:
        case FieldName::keep_alive:
        case FieldName::proxy_connection:
        case FieldName::proxy_authenticate:
        case FieldName::proxy_authorization:
        case FieldName::te:
        case FieldName::trailer:
        case FieldName::transfer_encoding:
        case FieldName::upgrade:
        case FieldName::http2_settings:
        case FieldName::content_length: return true;
        default: return false;
    }
}

/// Fields by which a server speaks for its own origin; from us they would speak for the gateway's.
bool speaks_for_origin(const Field& field) noexcept {
    constexpr std::array<std::string_view, 4> other_names = {"nel", "report-to", "clear-site-data",
                                                             "set-cookie2"};
    switch (field.id) {
        case FieldName::set_cookie:
        case FieldName::alt_svc:
        case FieldName::strict_transport_security: return true;
        case FieldName::other: break;
        default: return false;
    }
    return std::ranges::any_of(other_names, [&](std::string_view name) {
        return equal_ignoring_case(field.name, name);
    });
}

bool starts_ignoring_case(std::string_view name, std::string_view lowercase_prefix) noexcept {
    return equal_ignoring_case(name.substr(0, lowercase_prefix.size()), lowercase_prefix);
}

bool is_withheld(const Field& field) noexcept {
    if (is_ours_or_hop_by_hop(field.id) || speaks_for_origin(field)) { return true; }
    if (field.id != FieldName::other) { return false; }
    return starts_ignoring_case(field.name, "x-ratelimit-") ||
           starts_ignoring_case(field.name, "x-rate-limit-") ||
           starts_ignoring_case(field.name, "x-spillway-") ||
           equal_ignoring_case(field.name, "x-upstream-request-id");
}

/// The longest wait a field may ask of a caller, in the field's unit; 0: not a waiting field.
std::uint64_t longest_wait(const Field& field) noexcept {
    constexpr std::uint64_t seconds_max = 60;
    if (field.id == FieldName::retry_after) { return seconds_max; }
    const bool in_milliseconds = equal_ignoring_case(field.name, "retry-after-ms") ||
                                 equal_ignoring_case(field.name, "x-ms-retry-after-ms");
    return in_milliseconds ? seconds_max * 1000 : 0;
}

/// SDKs sleep what they are told or hammer (azure-protocol.md §3.7): only whole numbers from 1
/// pass, dates and fractions are dropped.
void append_wait(std::string& out, const Field& field, std::uint64_t longest) {
    if (field.value.empty() || !octets::all(Class::digit, field.value)) { return; }
    std::uint64_t wait = longest;  // stays when the number does not fit
    std::from_chars(field.value.data(), field.value.data() + field.value.size(), wait);
    if (wait > 0) { append_field(out, field.name, std::min(wait, longest)); }
}

void append_status_line(std::string& out, const ResponseHead& head) {
    out.append("HTTP/1.1 ");
    out.append(std::to_string(head.status)).append(" ").append(head.reason).append("\r\n");
}

}  // namespace

void append_upstream_head(std::string& out, const RequestHead& caller, const UpstreamLine& line,
                          std::size_t content_length) {
    out.append("POST ").append(line.target).append(" HTTP/1.1\r\n");
    append_field(out, "host", line.host);
    append_field(out, "content-length", content_length);
    append_field(out, "accept-encoding", "identity");
    out.append(line.credential);
    append_field(out, "x-request-id", line.request_id);
    std::size_t custom_sent = 2;
    if (line.family == UpstreamFamily::azure) {
        append_field(out, "x-ms-client-request-id", line.request_id);
        ++custom_sent;
    }
    const NamedByConnection hop_by_hop(caller.fields);
    for (const Field& field : caller.fields.all()) {
        const Passage how = passage(field, line.family);
        if (how == Passage::withheld || hop_by_hop.contains(field.name)) { continue; }
        if (how == Passage::custom && line.family == UpstreamFamily::azure &&
            ++custom_sent > azure_custom_fields_max) {
            continue;
        }
        append_field(out, field.name, field.value);
    }
    out.append("\r\n");
}

void append_gateway_fields(std::string& out, int status, const CallerFraming& framing,
                           const GatewayFields& gateway) {
    constexpr int no_content = 204;
    constexpr int not_modified = 304;
    switch (framing.kind) {
        case CallerFraming::Kind::length:
            append_field(out, "content-length", framing.length);
            break;
        case CallerFraming::Kind::chunked: append_field(out, "transfer-encoding", "chunked"); break;
        case CallerFraming::Kind::none:
            if (status != no_content && status != not_modified) {
                append_field(out, "content-length", std::uint64_t{0});
            }
            break;
        case CallerFraming::Kind::until_close: break;
    }
    append_field(out, "x-request-id", gateway.request_id);
    append_field(out, "x-spillway-attempts", std::uint64_t{gateway.attempts});
    if (!gateway.deployment.empty()) {
        append_field(out, "x-spillway-deployment", gateway.deployment);
    }
    if (gateway.close || framing.kind == CallerFraming::Kind::until_close) {
        append_field(out, "connection", "close");
    }
}

void append_caller_head(std::string& out, const ResponseHead& upstream,
                        const CallerFraming& framing, const GatewayFields& gateway) {
    append_status_line(out, upstream);
    const NamedByConnection hop_by_hop(upstream.fields);
    for (const Field& field : upstream.fields.all()) {
        if (is_withheld(field) || hop_by_hop.contains(field.name)) { continue; }
        if (const std::uint64_t longest = longest_wait(field); longest > 0) {
            append_wait(out, field, longest);
        } else if (equal_ignoring_case(field.name, "x-request-id")) {
            append_field(out, "x-upstream-request-id", field.value);
        } else {
            append_field(out, field.name, field.value);
        }
    }
    append_gateway_fields(out, upstream.status, framing, gateway);
    out.append("\r\n");
}

}  // namespace spillway
