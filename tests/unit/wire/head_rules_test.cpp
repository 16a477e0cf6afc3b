#include "wire/head_rules.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {
namespace {

const UpstreamLine line{.target = "/openai/v1/responses",
                        .host = "acme.openai.azure.com",
                        .credential = "api-key: OURS\r\n",
                        .request_id = "req-1"};

/// Every credential a caller may send; each value carries the word CANARY.
constexpr std::string_view credentials =
    "Authorization: Bearer CANARY-1\r\n"
    "api-key: CANARY-2\r\n"
    "x-api-key: CANARY-3\r\n"
    "Ocp-Apim-Subscription-Key: CANARY-4\r\n"
    "Cookie: session=CANARY-5\r\n"
    "Proxy-Authorization: Basic CANARY-6\r\n";

/// What SDKs, proxies and browsers add, none of which an upstream should see.
constexpr std::string_view noise =
    "X-Stainless-Lang: js CANARY\r\nX-Stainless-Package-Version: 7 CANARY\r\n"
    "x-stainless-retry-count: 0 CANARY\r\nX-Forwarded-For: CANARY\r\nX-Forwarded-Proto: CANARY\r\n"
    "Forwarded: for=CANARY\r\nX-Real-IP: CANARY\r\nVia: 1.1 CANARY\r\ntraceparent: CANARY\r\n"
    "tracestate: CANARY\r\nbaggage: CANARY\r\nX-Request-Id: CANARY\r\nX-Spillway-Route: CANARY\r\n"
    "X-Spillway-Attempts: CANARY\r\nX-Ms-Client-Request-Id: CANARY\r\nAccept-Encoding: gzip, "
    "CANARY\r\n"
    "Accept-Language: CANARY\r\nSec-Fetch-Mode: CANARY\r\nOrigin: CANARY\r\nReferer: CANARY\r\n"
    "CF-Ray: CANARY\r\nTE: CANARY\r\nTrailer: CANARY\r\nKeep-Alive: CANARY\r\nUpgrade: CANARY\r\n"
    "HTTP2-Settings: CANARY\r\nProxy-Connection: CANARY\r\nExpect: 100-continue\r\n"
    "X-Ms-Useragent: CANARY\r\nChatGPT-Account-Id: CANARY\r\n";

RequestHead parsed(const std::string& bytes) {
    HeadScanner scanner{HeadLimits{}};
    RequestHead head;
    EXPECT_EQ(scanner.request(bytes, head), HeadState::complete) << scanner.error().why;
    return head;
}

std::string caller_bytes(std::string_view fields) {
    std::string bytes = "POST /v1/responses?api-key=CANARY-7 HTTP/1.1\r\nHost: canary.internal\r\n";
    return bytes.append(fields).append("Content-Length: 999\r\n\r\n");
}

std::string upstream_bytes(std::string_view fields, UpstreamFamily family = UpstreamFamily::azure) {
    const std::string bytes = caller_bytes(fields);
    std::string out;
    UpstreamLine to_family = line;
    to_family.family = family;
    append_upstream_head(out, parsed(bytes), to_family, 42);
    return out;
}

TEST(UpstreamHead, IsOursByteForByte) {
    EXPECT_EQ(upstream_bytes("Content-Type: application/json\r\nUser-Agent: OpenAI/JS 7.57.0\r\n"),
              "POST /openai/v1/responses HTTP/1.1\r\n"
              "host: acme.openai.azure.com\r\n"
              "content-length: 42\r\n"
              "accept-encoding: identity\r\n"
              "api-key: OURS\r\n"
              "x-request-id: req-1\r\n"
              "x-ms-client-request-id: req-1\r\n"
              "Content-Type: application/json\r\n"
              "User-Agent: OpenAI/JS 7.57.0\r\n"
              "\r\n");
}

TEST(UpstreamHead, LeaksNothingOfTheCallers) {
    std::size_t leaks = 0;
    for (const UpstreamFamily family : {UpstreamFamily::azure, UpstreamFamily::openai}) {
        const std::string out = upstream_bytes(std::string{credentials} + std::string{noise},
                                               family);
        for (std::size_t at = out.find("CANARY"); at != out.npos; at = out.find("CANARY", at + 1)) {
            ++leaks;
        }
        EXPECT_EQ(leaks, 0U) << out;
    }
    std::printf("A-5 %zu leaks 0 %s\n", leaks, leaks == 0 ? "PASS" : "FAIL");
}

TEST(UpstreamHead, IsParsedBackAsTheRequestWeMeant) {
    const std::string out = upstream_bytes(std::string{credentials} + std::string{noise} +
                                           "OpenAI-Beta: responses=v1\r\nAccept: */*\r\n");

    const RequestHead head = parsed(out);
    const auto framing = request_framing(head);

    EXPECT_EQ(head.bytes, out.size());
    EXPECT_EQ(head.method, Method::post);
    EXPECT_EQ(head.target, line.target);
    EXPECT_EQ(head.fields.get(FieldName::host), line.host);
    EXPECT_EQ(head.fields.get("openai-beta"), "responses=v1");
    ASSERT_TRUE(std::holds_alternative<BodyFraming>(framing));
    EXPECT_EQ(std::get<BodyFraming>(framing).kind, BodyFraming::Kind::length);
    EXPECT_EQ(std::get<BodyFraming>(framing).length, 42U);
}

TEST(UpstreamHead, CannotBeStrippedByConnection) {
    const std::string out = upstream_bytes(
        "Connection: close, Host, Content-Length, api-key, authorization, x-request-id\r\n"
        "Connection: accept-encoding, openai-beta\r\n"
        "OpenAI-Beta: dropped\r\nAccept: kept\r\n");
    const RequestHead head = parsed(out);

    EXPECT_EQ(head.fields.get(FieldName::host), line.host);
    EXPECT_EQ(head.fields.get(FieldName::content_length), "42");
    EXPECT_EQ(head.fields.get("api-key"), "OURS");
    EXPECT_EQ(head.fields.get("x-request-id"), "req-1");
    EXPECT_EQ(head.fields.get("accept-encoding"), "identity");
    EXPECT_EQ(head.fields.get(FieldName::accept), "kept");
    EXPECT_FALSE(head.fields.has(FieldName::connection));
    EXPECT_EQ(head.fields.get("openai-beta"), "");
}

TEST(UpstreamHead, SendsOrganisationAndProjectToOpenAiOnly) {
    constexpr std::string_view fields =
        "OpenAI-Organization: org\r\nOpenAI-Project: p\r\nIdempotency-Key: k\r\n"
        "x-ms-spillover-deployment: std\r\naoai-evals: preview\r\n"
        "Foundry-Features: Evals=V1Preview\r\nX-Client-Request-Id: c\r\n";
    const std::string azure = upstream_bytes(fields, UpstreamFamily::azure);
    const std::string openai = upstream_bytes(fields, UpstreamFamily::openai);

    EXPECT_EQ(parsed(azure).fields.get("openai-organization"), "");
    EXPECT_EQ(parsed(azure).fields.get("openai-project"), "");
    EXPECT_EQ(parsed(azure).fields.get("x-ms-spillover-deployment"), "std");
    EXPECT_EQ(parsed(azure).fields.get("aoai-evals"), "preview");
    EXPECT_EQ(parsed(azure).fields.get("foundry-features"), "Evals=V1Preview");
    EXPECT_EQ(parsed(azure).fields.get("x-client-request-id"), "");
    EXPECT_EQ(parsed(openai).fields.get("x-client-request-id"), "c");
    EXPECT_EQ(parsed(openai).fields.get("openai-organization"), "org");
    EXPECT_EQ(parsed(openai).fields.get("openai-project"), "p");
    EXPECT_EQ(parsed(openai).fields.get("idempotency-key"), "k");
    EXPECT_EQ(parsed(openai).fields.get("x-ms-spillover-deployment"), "");
    EXPECT_EQ(parsed(openai).fields.get("x-ms-client-request-id"), "");
}

TEST(UpstreamHead, StaysBelowAzuresTenCustomHeaders) {
    std::string fields = "Accept: */*\r\n";
    for (int i = 0; i < 25; ++i) { fields += "OpenAI-Beta: b" + std::to_string(i) + "\r\n"; }
    const std::string out = upstream_bytes(fields);

    constexpr std::size_t registered = 4;  // host, content-length, accept-encoding, accept
    const std::size_t custom = parsed(out).fields.all().size() - registered;
    EXPECT_EQ(custom, azure_custom_fields_max);
    EXPECT_EQ(parsed(out).fields.get(FieldName::accept), "*/*");
    EXPECT_NE(out.find("OpenAI-Beta: b0\r\n"), std::string::npos);
}

ResponseHead parsed_response(const std::string& bytes) {
    HeadScanner scanner{HeadLimits{}};
    ResponseHead head;
    EXPECT_EQ(scanner.response(bytes, head), HeadState::complete) << scanner.error().why;
    return head;
}

constexpr CallerFraming chunked{CallerFraming::Kind::chunked};
const GatewayFields gateway{.request_id = "req-1", .deployment = "east", .attempts = 2};

std::string caller_head(std::string_view status_and_fields, const CallerFraming& framing = chunked,
                        const GatewayFields& fields = gateway) {
    const std::string bytes = "HTTP/1.1 " + std::string{status_and_fields} + "\r\n";
    std::string out;
    append_caller_head(out, parsed_response(bytes), framing, fields);
    return out;
}

TEST(CallerHead, PassesAnAzureAnswerBack) {
    // The success dump of azure-protocol.md §3.3.
    EXPECT_EQ(caller_head("200 OK\r\n"
                          "cache-control: no-cache, must-revalidate\r\n"
                          "Transfer-Encoding: chunked\r\n"
                          "content-type: text/event-stream; charset=utf-8\r\n"
                          "access-control-allow-origin: *\r\n"
                          "apim-request-id: bb943c68\r\n"
                          "x-request-id: 3a8b1a44\r\n"
                          "x-ms-region: North Central US\r\n"
                          "x-ratelimit-remaining-requests: 79\r\n"
                          "X-RateLimit-Remaining-Tokens: 61353\r\n"
                          "x-accel-buffering: no\r\n"
                          "strict-transport-security: max-age=31536000; includeSubDomains\r\n"),
              "HTTP/1.1 200 OK\r\n"
              "cache-control: no-cache, must-revalidate\r\n"
              "content-type: text/event-stream; charset=utf-8\r\n"
              "access-control-allow-origin: *\r\n"
              "apim-request-id: bb943c68\r\n"
              "x-upstream-request-id: 3a8b1a44\r\n"
              "x-ms-region: North Central US\r\n"
              "x-accel-buffering: no\r\n"
              "transfer-encoding: chunked\r\n"
              "x-request-id: req-1\r\n"
              "x-spillway-attempts: 2\r\n"
              "x-spillway-deployment: east\r\n"
              "\r\n");
}

TEST(CallerHead, WithholdsWhatIsNotForTheCaller) {
    const std::string out = caller_head(
        "200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: CANARY\r\nKeep-Alive: CANARY\r\n"
        "Proxy-Authenticate: CANARY\r\nProxy-Connection: CANARY\r\nTrailer: CANARY\r\n"
        "Upgrade: CANARY\r\nSet-Cookie: CANARY\r\nAlt-Svc: CANARY\r\nNEL: CANARY\r\n"
        "Report-To: CANARY\r\nClear-Site-Data: CANARY\r\nX-Rate-Limit-Reset-Tokens: 55CANARY\r\n"
        "x-ratelimit-limit-tokens: CANARY\r\nX-Spillway-Deployment: CANARY\r\n"
        "X-Upstream-Request-Id: CANARY\r\nContent-Length: 77\r\nTE: CANARY\r\n");
    EXPECT_EQ(out.find("CANARY"), std::string::npos) << out;
    EXPECT_EQ(out.find("77"), std::string::npos) << out;
}

TEST(CallerHead, ClampsWaitingHints) {
    struct Row {
        std::string_view upstream;
        std::string_view passed;  ///< empty: withheld
    };
    constexpr Row rows[] = {
        {"Retry-After: 20", "Retry-After: 20"},
        {"retry-after: 86400", "retry-after: 60"},
        {"retry-after: 99999999999999999999999", "retry-after: 60"},
        {"retry-after-ms: 300", "retry-after-ms: 300"},
        {"x-ms-retry-after-ms: 86400000", "x-ms-retry-after-ms: 60000"},
        {"retry-after-ms: 0", ""},
        {"retry-after: 1.5", ""},
        {"retry-after: Sun, 22 Nov 2026 17:00:00 GMT", ""},
        {"retry-after:", ""},
    };
    for (const auto& [upstream, passed] : rows) {
        const std::string out = caller_head("429 x\r\n" + std::string{upstream} + "\r\n");
        const std::string expected = "x\r\n" + std::string{passed} + (passed.empty() ? "" : "\r\n");
        EXPECT_NE(out.find(expected + "transfer-encoding"), std::string::npos) << out;
    }
}

TEST(CallerHead, WritesTheLongestLengthThereIs) {
    const CallerFraming longest{CallerFraming::Kind::length, UINT64_MAX};
    EXPECT_NE(caller_head("200 OK\r\n", longest).find("content-length: 18446744073709551615\r\n"),
              std::string::npos);
}

TEST(CallerHead, ClosesWhenTheEndOfTheBodyIsTheEndOfTheConnection) {
    const CallerFraming until_close{CallerFraming::Kind::until_close};
    const CallerFraming none{CallerFraming::Kind::none};
    const GatewayFields closing{.request_id = "r", .close = true};

    EXPECT_NE(caller_head("200 OK\r\n", until_close).find("connection: close\r\n"),
              std::string::npos);
    EXPECT_NE(caller_head("200 OK\r\n", chunked, closing).find("connection: close\r\n"),
              std::string::npos);
    EXPECT_EQ(caller_head("200 OK\r\n", chunked).find("connection"), std::string::npos);
    EXPECT_NE(caller_head("200 OK\r\n", none).find("content-length: 0\r\n"), std::string::npos);
    EXPECT_EQ(caller_head("204 No Content\r\n", none).find("content-length"), std::string::npos);
}

}  // namespace
}  // namespace spillway
