#include "wire/error_reply.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace spillway {
namespace {

using namespace std::chrono_literals;

const GatewayFields gateway{.request_id = "req-1", .deployment = "east", .attempts = 2};

std::string written(const ErrorReply& reply, ReplyBody body = ReplyBody::full) {
    std::string out;
    append_reply(out, reply, gateway, body);
    return out;
}

/// Value of a header line of a complete response; "(none)" when there is none.
std::string field(std::string_view response, std::string_view lowercase_name) {
    HeadScanner scanner{HeadLimits{}};
    ResponseHead head;
    EXPECT_EQ(scanner.response(response, head), HeadState::complete);
    for (const Field& each : head.fields.all()) {
        if (each.name == lowercase_name) { return std::string{each.value}; }
    }
    return "(none)";
}

TEST(ErrorReply, IsAnOpenAiErrorByteForByte) {
    ErrorReply reply{.status = 429, .type = "rate_limit_error", .code = "all_throttled"};
    reply.message = "Say \"when\"\n";
    reply.retry_after = 1500ms;
    reply.should_retry = true;

    EXPECT_EQ(written(reply),
              "HTTP/1.1 429 Too Many Requests\r\n"
              "content-type: application/json\r\n"
              "retry-after-ms: 1500\r\n"
              "retry-after: 2\r\n"
              "x-should-retry: true\r\n"
              "content-length: 100\r\n"
              "x-request-id: req-1\r\n"
              "x-spillway-attempts: 2\r\n"
              "x-spillway-deployment: east\r\n"
              "\r\n"
              R"({"error":{"message":"Say \"when\"\n","type":"rate_limit_error",)"
              R"("param":null,"code":"all_throttled"}})");
}

TEST(ErrorReply, SaysNothingAboutRetriesUnlessTold) {
    const std::string out = written({.status = 503});
    EXPECT_EQ(field(out, "retry-after"), "(none)");
    EXPECT_EQ(field(out, "retry-after-ms"), "(none)");
    EXPECT_EQ(field(out, "x-should-retry"), "(none)");
    EXPECT_EQ(field(out, "connection"), "(none)");
    EXPECT_NE(out.find(R"("code":null)"), std::string::npos);
}

TEST(ErrorReply, KeepsAWaitBetweenOneMillisecondAndOneMinute) {
    struct Row {
        Duration wait;
        std::string_view milliseconds;
        std::string_view seconds;
    };
    const Row rows[] = {{0ms, "1", "1"},          {-5s, "1", "1"},
                        {1ns, "1", "1"},          {1000ms, "1000", "1"},
                        {1001ms, "1001", "2"},    {60s, "60000", "60"},
                        {86'400s, "60000", "60"}, {Duration::max(), "60000", "60"}};
    for (const auto& [wait, milliseconds, seconds] : rows) {
        ErrorReply reply{.status = 429};
        reply.retry_after = wait;
        const std::string out = written(reply);
        EXPECT_EQ(field(out, "retry-after-ms"), milliseconds);
        EXPECT_EQ(field(out, "retry-after"), seconds);
    }
}

TEST(ErrorReply, AnswersHeadWithoutABody) {
    const std::string full = written({.status = 404});
    const std::string head = written({.status = 404}, ReplyBody::head_only);
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
    EXPECT_TRUE(full.starts_with(head));
    EXPECT_GT(full.size(), head.size());
}

TEST(ErrorReply, FramesItsBodyExactly) {
    const std::string out = written({.status = 400, .param = "model"});
    const std::size_t body = out.find("\r\n\r\n") + 4;
    EXPECT_EQ(field(out, "content-length"), std::to_string(out.size() - body));
    EXPECT_NE(out.find(R"("param":"model")"), std::string::npos);
}

TEST(ErrorReply, ClosesWhenAsked) {
    std::string out;
    append_reply(out, {.status = 400}, {.request_id = "r", .close = true});
    EXPECT_EQ(field(out, "connection"), "close");
    EXPECT_EQ(field(out, "x-spillway-deployment"), "(none)");
}

TEST(ErrorReply, TellsWhyAPathWasRefused) {
    const ErrorReply path = error_reply(PathError{405, "method_not_allowed", "Use POST.", "POST"});
    EXPECT_EQ(path.code, "method_not_allowed");
    EXPECT_EQ(field(written(path), "allow"), "POST");
}

TEST(JsonReply, IsAnOk) {
    std::string out = "before";
    append_json_reply(out, R"({"data":[]})", {.request_id = "r"});
    EXPECT_EQ(out,
              "beforeHTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n"
              "x-request-id: r\r\nx-spillway-attempts: 0\r\n\r\n{\"data\":[]}");
}

}  // namespace
}  // namespace spillway
