#include "wire/dialect.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace spillway {
namespace {

SseEvent event_of(std::string_view data, std::string_view type = {}) {
    SseEvent event;
    event.type = type;
    event.data = data;
    event.has_data = true;
    return event;
}

EventKind first_kind(Operation operation, std::string_view data, std::string_view type = {}) {
    Dialect dialect(operation);
    return dialect.on_event(event_of(data, type));
}

/// A chunk whose only choice is `choice`.
std::string chunk(const std::string& choice) {
    return R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o",)"
           R"("choices":[)" +
           choice + "]}";
}

constexpr std::string_view prompt_filter =
    R"({"id":"","object":"","created":0,"model":"","prompt_filter_results":[{"prompt_index":0,)"
    R"("content_filter_results":{"hate":{"filtered":false,"severity":"safe"},)"
    R"("jailbreak":{"filtered":false,"detected":false}}}],"choices":[]})";
constexpr std::string_view
    role_only = R"({"id":"chatcmpl-1","choices":[{"index":0,"finish_reason":null,)"
                R"("delta":{"role":"assistant","content":""},"content_filter_results":{}}]})";

TEST(Dialect, FollowsAnAzureChatStream) {
    Dialect dialect(Operation::chat_completions);

    EXPECT_EQ(dialect.on_event(event_of(prompt_filter)), EventKind::preamble);
    EXPECT_EQ(dialect.on_event(event_of(role_only)), EventKind::preamble);
    EXPECT_EQ(dialect.on_event(SseEvent{}), EventKind::silence);
    EXPECT_EQ(dialect.on_event(event_of(chunk(R"({"delta":{"content":"Hello"}})"))),
              EventKind::committing);
    EXPECT_EQ(dialect.on_event(event_of(R"({"choices":[],"usage":{"prompt_tokens":9}})")),
              EventKind::committing);
    EXPECT_FALSE(dialect.ended());
    EXPECT_EQ(dialect.on_event(event_of("[DONE]")), EventKind::terminal);
    EXPECT_TRUE(dialect.ended());
    EXPECT_FALSE(dialect.failed());
}

TEST(Dialect, CommitsOnOutputOrFinish) {
    for (const std::string choice : {
             R"({"delta":{"content":"x"}})",
             R"({"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0}]}})",
             R"({"delta":{"function_call":{"name":"f"}}})",
             R"({"delta":{"refusal":"no"}})",
             R"({"delta":{"reasoning":"hm"}})",
             R"({"delta":{"reasoning_content":"hm"}})",
             R"({"delta":{"audio":{"id":"a"}}})",
             R"({"index":0,"delta":{},"finish_reason":"stop"})",
             R"({"delta":{},"finish_reason":"content_filter"})",
             R"({"index":0,"text":"x","finish_reason":null})",
             R"({"delta":{"content":""}},{"index":1,"delta":{"content":"x"}})",
             R"({ "delta" : { "content" : "x" } })",
         }) {
        EXPECT_EQ(first_kind(Operation::chat_completions, chunk(choice)), EventKind::committing)
            << choice;
    }
}

TEST(Dialect, HoldsWhatIsNotOutputYet) {
    for (const std::string choice : {
             R"()",
             R"({"delta":{"role":"assistant"}})",
             R"({"delta":{"role":"assistant","content":"","refusal":null,"tool_calls":[]}})",
             R"({"delta":{"content":"","obfuscation":"aBcD"}})",
             R"({"delta":{"context":{"citations":[{"content":"x"}]},"end_turn":false}})",
             R"({"index":0,"finish_reason":null,"content_filter_results":{"hate":{}},)"
             R"("content_filter_offsets":{"check_offset":1}})",
             R"({"index":0,"text":"","finish_reason":null,"logprobs":null})",
             R"({"delta":null,"finish_reason":null})",
             R"({"delta":{"reasoning_content":""}})",
         }) {
        EXPECT_EQ(first_kind(Operation::chat_completions, chunk(choice)), EventKind::preamble)
            << choice;
    }
}

TEST(Dialect, CommitsOnWhatItDoesNotKnow) {
    for (const std::string_view data :
         {"{}", "{\"type\":\"x\"}", "hello", "{\"choices\":1}", "{\"a", "[]", "1", "\"[DONE]\""}) {
        EXPECT_EQ(first_kind(Operation::chat_completions, data), EventKind::committing) << data;
    }
}

TEST(Dialect, TakesCommentsAndEmptyFramesForSilence) {
    EXPECT_EQ(first_kind(Operation::chat_completions, ""), EventKind::silence);
    SseEvent ping;
    ping.type = "ping";
    Dialect dialect(Operation::responses);
    EXPECT_EQ(dialect.on_event(ping), EventKind::silence);
}

TEST(Dialect, EndsOnExactlyDone) {
    for (const std::string_view data : {"[DONE] ", " [DONE]", "[DONE", "[done]", "[DONE]x"}) {
        Dialect dialect(Operation::chat_completions);
        EXPECT_NE(dialect.on_event(event_of(data)), EventKind::terminal) << data;
        EXPECT_FALSE(dialect.ended()) << data;
    }
}

TEST(Dialect, DoesNotTakeAFinishReasonForTheEnd) {
    Dialect dialect(Operation::chat_completions);

    static_cast<void>(dialect.on_event(event_of(chunk(R"({"delta":{},"finish_reason":"stop"})"))));

    EXPECT_FALSE(dialect.ended());
}

TEST(Dialect, SeesAnErrorBeforeAndAfterTheCommitPoint) {
    constexpr std::string_view error =
        R"({"error":{"message":"overloaded","type":"server_error","param":null,"code":null}})";
    Dialect early(Operation::chat_completions);
    EXPECT_EQ(early.on_event(event_of(error)), EventKind::error);
    EXPECT_TRUE(early.failed());

    Dialect late(Operation::chat_completions);
    static_cast<void>(late.on_event(event_of(chunk(R"({"delta":{"content":"x"}})"))));
    EXPECT_FALSE(late.failed());
    EXPECT_EQ(late.on_event(event_of(error)), EventKind::error);
    EXPECT_TRUE(late.failed());
    EXPECT_FALSE(late.ended());
}

TEST(Dialect, SeesAnErrorInOtherForms) {
    EXPECT_EQ(first_kind(Operation::chat_completions, R"({"error":"oops"})"), EventKind::error);
    EXPECT_EQ(first_kind(Operation::completions, R"({"id":1, "error" : {"code":"429"}})"),
              EventKind::error);
    EXPECT_EQ(first_kind(Operation::chat_completions, R"({"message":"x"})", "error"),
              EventKind::error);
}

TEST(Dialect, DoesNotTakeTheWordErrorForAnError) {
    for (const std::string choice : {
             R"({"delta":{"content":"{\"error\":{\"message\":\"x\"}}"}})",
             R"({"delta":{"content":"error"}})",
             R"({"delta":{"tool_calls":[{"error":{"a":1}}]}})",
         }) {
        EXPECT_EQ(first_kind(Operation::chat_completions, chunk(choice)), EventKind::committing)
            << choice;
    }
    EXPECT_EQ(first_kind(Operation::chat_completions,
                         R"({"error":null,"choices":[{"delta":{"content":"x"}}]})"),
              EventKind::committing);
}

struct ResponseCase {
    std::string_view type;
    EventKind kind;
    bool ended;
    bool failed;
};

TEST(Dialect, GoesByTheTypeOfAResponsesEvent) {
    constexpr ResponseCase cases[] = {
        {"response.created", EventKind::preamble, false, false},
        {"response.queued", EventKind::preamble, false, false},
        {"response.in_progress", EventKind::preamble, false, false},
        {"response.output_item.added", EventKind::committing, false, false},
        {"response.output_text.delta", EventKind::committing, false, false},
        {"response.something.new", EventKind::committing, false, false},
        {"response.completed", EventKind::terminal, true, false},
        {"response.incomplete", EventKind::terminal, true, false},
        {"response.failed", EventKind::error, true, true},
        {"error", EventKind::error, false, true},
    };
    for (const ResponseCase& each : cases) {
        const std::string data = R"({"type":")" + std::string(each.type) +
                                 R"(","sequence_number":3})";
        for (const std::string_view type : {each.type, std::string_view()}) {
            Dialect dialect(Operation::responses);
            EXPECT_EQ(dialect.on_event(event_of(data, type)), each.kind) << each.type;
            EXPECT_EQ(dialect.ended(), each.ended) << each.type;
            EXPECT_EQ(dialect.failed(), each.failed) << each.type;
        }
    }
}

TEST(Dialect, AcceptsDoneFromResponsesToo) {
    Dialect dialect(Operation::responses);

    EXPECT_EQ(dialect.on_event(event_of("[DONE]")), EventKind::terminal);
    EXPECT_TRUE(dialect.ended());
}

TEST(Dialect, KnowsATerminalEventThatIsTooLongToRead) {
    SseEvent event;
    event.type = "response.completed";
    event.has_data = true;
    event.oversize = true;
    Dialect responses(Operation::responses);
    EXPECT_EQ(responses.on_event(event), EventKind::terminal);
    EXPECT_TRUE(responses.ended());

    event.type = {};
    Dialect chat(Operation::chat_completions);
    EXPECT_EQ(chat.on_event(event), EventKind::committing);
}

TEST(Dialect, SeesTheRateLimitPairOfAzure) {
    Dialect dialect(Operation::responses);

    EXPECT_EQ(dialect.on_event(event_of(R"({"type":"response.failed","response":)"
                                        R"({"status":"failed","error":null},"sequence_number":1})",
                                        "response.failed")),
              EventKind::error);
    EXPECT_EQ(dialect
                  .on_event(event_of(R"({"type":"error","error":{"code":"rate_limit_exceeded"}})",
                                     "error")),
              EventKind::error);
    EXPECT_TRUE(dialect.failed());
}

/// The one event in a text that has to be exactly one frame.
std::string only_data(const std::string& frame, std::string_view type) {
    SseScanner scanner;
    SseEvent event;
    std::vector<std::string> datas;
    scanner.feed(frame);
    while (scanner.next(event)) {
        EXPECT_EQ(event.type, type);
        datas.emplace_back(event.data);
    }
    EXPECT_EQ(scanner.held_bytes(), 0U);
    EXPECT_EQ(datas.size(), 1U);
    return datas.empty() ? std::string("null") : datas[0];
}

TEST(Dialect, WritesAnErrorThatChatSdksRaise) {
    const std::string frame = Dialect(Operation::chat_completions)
                                  .error_event("upstream_stream_interrupted", "a\n\"b\"\r");

    const auto json = nlohmann::json::parse(only_data(frame, ""));
    EXPECT_EQ(json["error"]["message"], "a\n\"b\"\r");
    EXPECT_EQ(json["error"]["code"], "upstream_stream_interrupted");
    EXPECT_EQ(json["error"]["type"], "server_error");
    EXPECT_TRUE(json["error"]["param"].is_null());
    EXPECT_EQ(json.size(), 1U);
}

TEST(Dialect, WritesAnErrorThatResponsesSdksRaise) {
    Dialect dialect(Operation::responses);
    static_cast<void>(
        dialect.on_event(event_of(R"({"type":"response.output_text.delta","sequence_number":41,)"
                                  R"("delta":"\"sequence_number\":9"})",
                                  "response.output_text.delta")));

    const auto json = nlohmann::json::parse(only_data(dialect.error_event("c", "m"), "error"));
    EXPECT_EQ(json["type"], "error");
    EXPECT_EQ(json["code"], "c");
    EXPECT_EQ(json["message"], "m");
    EXPECT_TRUE(json["param"].is_null());
    EXPECT_EQ(json["sequence_number"], 42);
    EXPECT_EQ(json["error"]["message"], "m");
    EXPECT_EQ(json["error"]["code"], "c");
    EXPECT_EQ(json["error"]["type"], "server_error");
}

TEST(Dialect, NumbersAnErrorWithoutAnythingBeforeItZero) {
    const std::string frame = Dialect(Operation::responses).error_event("c", "m");

    EXPECT_EQ(nlohmann::json::parse(only_data(frame, "error"))["sequence_number"], 0);
}

TEST(Dialect, RecognisesItsOwnErrorEvent) {
    for (const Operation operation :
         {Operation::chat_completions, Operation::completions, Operation::responses}) {
        const std::string frame = Dialect(operation).error_event("c", "m");
        SseScanner scanner;
        SseEvent event;
        Dialect reader(operation);
        scanner.feed(frame);
        ASSERT_TRUE(scanner.next(event));
        EXPECT_EQ(reader.on_event(event), EventKind::error);
        EXPECT_FALSE(reader.ended());
        EXPECT_EQ(error_of_event(event).message, "m");
    }
}

}  // namespace
}  // namespace spillway
