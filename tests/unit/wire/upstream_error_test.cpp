#include "wire/upstream_error.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace spillway {
namespace {

UpstreamError of_event(std::string_view data, std::string_view type = {}) {
    SseEvent event;
    event.type = type;
    event.data = data;
    event.has_data = true;
    return error_of_event(event);
}

struct StatusCase {
    std::string_view data;
    int status;
};

TEST(UpstreamError, MapsAnEventToTheStatusItStandsFor) {
    constexpr StatusCase cases[] = {
        {R"({"type":"error","error":{"type":"too_many_requests","code":"rate_limit_exceeded"}})",
         429},
        {R"({"type":"error","error":{"type":"too_many_requests"}})", 429},
        {R"({"type":"error","code":"rate_limit_exceeded","message":"m","param":null})", 429},
        {R"({"error":{"code":"429","message":"m"}})", 429},
        {R"({"error":{"code":429,"message":"m"}})", 429},
        {R"({"error":{"code":"insufficient_quota"}})", 429},
        {R"({"error":{"message":"The system is currently experiencing high demand","code":null}})",
         429},
        {R"({"error":{"message":"That model is currently overloaded with other requests.",)"
         R"("type":"server_error","param":null,"code":null}})",
         503},
        {R"({"error":{"code":"server_is_overloaded"}})", 503},
        {R"({"error":{"code":"slow_down"}})", 503},
        {R"({"error":{"type":"server_error","message":"m"}})", 500},
        {R"({"error":{"type":"invalid_request_error","message":"m"}})", 400},
        {R"({"error":{"code":"content_filter","status":400}})", 400},
        {R"({"error":{"code":"DeploymentNotFound"}})", 404},
        {R"({"error":{"message":"m","status":502}})", 502},
        {R"({"error":"oops"})", 500},
        {R"({"type":"response.failed","response":{"status":"failed","error":null}})", 500},
        {R"({"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded"}}})", 429},
        {R"({"type":"response.failed","response":{"error":{"code":"server_error"}}})", 500},
        {"not json", 500},
        {"", 500},
    };
    for (const StatusCase& each : cases) {
        EXPECT_EQ(of_event(each.data).status, each.status) << each.data;
    }
}

TEST(UpstreamError, KeepsTheWordsOfAnEvent) {
    const UpstreamError nested = of_event(
        R"({"type":"error","error":{"type":"too_many_requests","code":"rate_limit_exceeded",)"
        R"("headers":{"x-ms-fe-error":"true"},"message":"Slow\ndown \u00e9 \ud83d\ude00"}})",
        "error");
    EXPECT_EQ(nested.code, "rate_limit_exceeded");
    EXPECT_EQ(nested.type, "too_many_requests");
    EXPECT_EQ(nested.message, "Slow\ndown \xC3\xA9 \xF0\x9F\x98\x80");

    const UpstreamError flat = of_event(R"({"type":"error","code":"c","message":"m"})", "error");
    EXPECT_EQ(flat.code, "c");
    EXPECT_EQ(flat.type, "");
    EXPECT_EQ(flat.message, "m");
}

struct BodyCase {
    std::string_view body;
    std::string_view code;
    std::string_view message;
};

TEST(UpstreamError, ReadsEveryFormOfABody) {
    constexpr BodyCase cases[] = {
        {R"({"error":{"code":"DeploymentNotFound","message":"m"}})", "DeploymentNotFound", "m"},
        {R"({"error":{"requestid":"r","code":400,"message":"Invalid AzureCognitiveSearch"}})",
         "400", "Invalid AzureCognitiveSearch"},
        {R"({"error":{"message":"m","type":null,"param":"prompt","code":null}})", "", "m"},
        {R"({"error":"invalid_client","error_description":"x"})", "", "invalid_client"},
        {R"({"code":"InternalServerError","message":"m"})", "InternalServerError", "m"},
        {R"({ "statusCode": 401, "message": "Access denied" })", "", "Access denied"},
        {R"({"object":"error","message":"m","type":"BadRequestError","code":400})", "400", "m"},
        {R"({"detail":"Not Found"})", "", "Not Found"},
        {"no healthy upstream", "", "no healthy upstream"},
        {"\r\n upstream connect error \n", "", "upstream connect error"},
        {"<html><head><title>502</title></head></html>", "", "(a page of HTML)"},
        {"\x1F\x8B\x08\x01\x02\x03", "", "(not text)"},
        {R"({"error":{"code":"cut)", "", R"({"error":{"code":"cut)"},
        {"[]", "", "[]"},
        {"", "", ""},
    };
    for (const BodyCase& each : cases) {
        const UpstreamError error = error_of_body(418, each.body);
        EXPECT_EQ(error.status, 418) << each.body;
        EXPECT_EQ(error.code, each.code) << each.body;
        EXPECT_EQ(error.message, each.message) << each.body;
    }
}

TEST(UpstreamError, BoundsItsTexts) {
    const std::string message = std::string(1023, 'x') + "\xC3\xA9 and more";
    const UpstreamError json = error_of_body(500, R"({"error":{"code":")" + std::string(5000, 'c') +
                                                      R"(","message":")" + message + "\"}}");
    EXPECT_EQ(json.message, std::string(1023, 'x'));
    EXPECT_EQ(json.code.size(), UpstreamError::text_max);

    EXPECT_EQ(error_of_body(500, message).message, std::string(1023, 'x'));
    EXPECT_LE(error_of_body(500, std::string(1'000'000, '9')).message.size(),
              UpstreamError::text_max);
}

TEST(UpstreamError, SurvivesEveryTruncation) {
    const std::string
        body = R"({"error":{"code":"a\u00e9\n","type":"t","message":"\ud83d\ude00","status":400}})";
    for (std::size_t size = 0; size <= body.size(); ++size) {
        EXPECT_EQ(error_of_body(400, body.substr(0, size)).status, 400);
        EXPECT_GE(of_event(body.substr(0, size)).status, 400);
    }
}

}  // namespace
}  // namespace spillway
