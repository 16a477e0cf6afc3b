// Every head we would accept is forwarded as a head that we ourselves read as exactly the request
// (or answer) we meant: one Host, one framing, our credential, none of the other side's.

#include "wire/caller_credentials.hpp"
#include "wire/head_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace spillway;

constexpr HeadLimits wide{.bytes = 1U << 20U, .fields = head_fields_max};
constexpr std::string_view key = "api-key: ours\r\n";

void require(bool condition) {
    if (!condition) { std::abort(); }
}

std::size_t count(const Fields& fields, std::string_view name) {
    std::size_t found = 0;
    for (const Field& field : fields.all()) {
        found += equal_ignoring_case(field.name, name) ? 1U : 0U;
    }
    return found;
}

void check_upstream(const RequestHead& caller, UpstreamFamily family) {
    UpstreamLine line;
    line.target = "/openai/v1/responses";
    line.host = "upstream";
    line.credential = key;
    line.request_id = "id";
    line.family = family;
    std::string out;
    append_upstream_head(out, caller, line, 7);

    HeadScanner scanner{wide};
    RequestHead sent;
    require(scanner.request(out, sent) == HeadState::complete && sent.bytes == out.size());
    require(sent.method == Method::post && sent.target == line.target);
    require(sent.fields.get(FieldName::host) == line.host);
    require(sent.fields.get("api-key") == "ours" && count(sent.fields, "api-key") == 1);
    for (const std::string_view name :
         {"authorization", "x-api-key", "ocp-apim-subscription-key", "cookie", "connection"}) {
        require(count(sent.fields, name) == 0);
    }
    const auto framing = request_framing(sent);
    const auto* const body = std::get_if<BodyFraming>(&framing);
    require(body != nullptr && body->kind == BodyFraming::Kind::length && body->length == 7);
}

/// An answer whose own framing is refused gets no further.
void check_caller(const ResponseHead& upstream) {
    if (std::holds_alternative<HeadError>(response_framing(upstream, Method::post))) { return; }
    const CallerFraming chunked{CallerFraming::Kind::chunked};
    GatewayFields gateway;
    gateway.request_id = "id";
    std::string out;
    append_caller_head(out, upstream, chunked, gateway);

    HeadScanner scanner{wide};
    ResponseHead sent;
    require(scanner.response(out, sent) == HeadState::complete && sent.bytes == out.size());
    require(sent.status == upstream.status && sent.reason == upstream.reason);
    require(sent.fields.get("x-request-id") == "id" && count(sent.fields, "x-request-id") == 1);
    require(count(sent.fields, "set-cookie") == 0);
    const auto framing = response_framing(sent, Method::get);
    require(std::holds_alternative<BodyFraming>(framing));
    const bool is_bodiless = sent.status == 204 || sent.status == 304;
    const auto expected = is_bodiless ? BodyFraming::Kind::none : BodyFraming::Kind::chunked;
    require(std::get<BodyFraming>(framing).kind == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Room for what we add: a forwarded head may have a few fields more than the one that came.
    constexpr HeadLimits narrow{.bytes = 16 * 1024, .fields = head_fields_max - 16};
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);

    RequestHead request;
    HeadScanner request_scanner{narrow};
    if (request_scanner.request(bytes, request) == HeadState::complete) {
        check_upstream(request, UpstreamFamily::azure);
        check_upstream(request, UpstreamFamily::openai);
        const auto credentials = CallerCredentials::of(request, "x-team-key");
        for (const CallerCredential& credential : credentials.all()) {
            require(credential.text.find('\n') == credential.text.npos);
        }
    }
    ResponseHead response;
    HeadScanner response_scanner{narrow};
    if (response_scanner.response(bytes, response) == HeadState::complete) {
        check_caller(response);
    }
    return 0;
}
