#include "wire/usage_tap.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace spillway {
namespace {

SseEvent event_of(std::string_view data, std::string_view type = {}) {
    SseEvent event;
    event.type = type;
    event.data = data;
    event.has_data = true;
    return event;
}

constexpr std::string_view chat_usage =
    R"({"prompt_tokens":9,"completion_tokens":12,"total_tokens":21,)"
    R"("prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},)"
    R"("completion_tokens_details":{"reasoning_tokens":5,"accepted_prediction_tokens":0}})";
constexpr std::string_view response_usage =
    R"({"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":12,)"
    R"("output_tokens_details":{"reasoning_tokens":5},"total_tokens":21})";
constexpr Usage expected{.input = 9, .output = 12, .cached_input = 4, .reasoning_output = 5};

std::string with_usage(std::string_view usage) {
    return R"({"id":"x","choices":[],"usage":)" + std::string(usage) + "}";
}

UsageTap after(Operation operation, std::string_view json) {
    UsageTap tap(operation);
    tap.on_json(json);
    return tap;
}

TEST(UsageTap, ReadsTheUsageChunkOfAChatStream) {
    UsageTap tap(Operation::chat_completions);
    tap.on_event(event_of(R"({"choices":[{"delta":{"content":"a"}}],"usage":null})"));
    EXPECT_FALSE(tap.usage());

    tap.on_event(event_of(with_usage(chat_usage)));
    tap.on_event(event_of("[DONE]"));

    EXPECT_EQ(tap.usage(), expected);
}

TEST(UsageTap, ReadsTheUsageOfACompletedResponse) {
    UsageTap tap(Operation::responses);
    tap.on_event(event_of(R"({"type":"response.created","response":{"usage":null}})"));
    EXPECT_FALSE(tap.usage());

    tap.on_event(event_of(R"({"type":"response.completed","response":{"id":"r","usage": )" +
                              std::string(response_usage) + R"(,"user":null,"metadata":{}}})",
                          "response.completed"));

    EXPECT_EQ(tap.usage(), expected);
}

TEST(UsageTap, ReadsTheTailOfAnOversizeEvent) {
    SseEvent event;
    const std::string tail = R"(xxx"}],"usage":)" + std::string(response_usage) + "}}\n\n";
    event.type = "response.completed";
    event.tail = tail;
    event.has_data = true;
    event.oversize = true;
    UsageTap tap(Operation::responses);

    tap.on_event(event);

    EXPECT_EQ(tap.usage(), expected);
}

TEST(UsageTap, KeepsTheLastUsageWithANumber) {
    UsageTap tap(Operation::chat_completions);

    tap.on_event(event_of(R"({"usage":{"prompt_tokens":1,"completion_tokens":1}})"));
    tap.on_event(event_of(with_usage(chat_usage)));
    tap.on_event(event_of(R"({"usage":{}})"));
    tap.on_event(event_of(R"({"usage":{"prompt_tokens":null}})"));
    tap.on_event(event_of(R"({"usage":{"prompt_tokens":-1,"completion_tokens":1.5}})"));

    EXPECT_EQ(tap.usage(), expected);
}

TEST(UsageTap, PassesOverAnEmptyUsageInTheSameEvent) {
    UsageTap tap(Operation::chat_completions);

    tap.on_event(event_of(R"({"usage":)" + std::string(chat_usage) + R"(,"x":{"usage":{}}})"));

    EXPECT_EQ(tap.usage(), expected);
}

TEST(UsageTap, DoesNotBelieveWhatTheModelWrites) {
    UsageTap tap(Operation::chat_completions);

    tap.on_event(
        event_of(R"({"choices":[{"delta":{"content":"\"usage\":{\"prompt_tokens\":1000000}"}}]})"));

    EXPECT_FALSE(tap.usage());
    EXPECT_FALSE(after(Operation::chat_completions,
                       R"({"choices":[{"message":{"content":"{\"usage\":{\"prompt_tokens\":5}}"},)"
                       R"("usage":{"prompt_tokens":7}}]})")
                     .usage());
}

TEST(UsageTap, KeepsSubsetsWithinTheirWhole) {
    EXPECT_EQ(after(Operation::chat_completions,
                    R"({"usage":{"prompt_tokens":2,"completion_tokens":3,)"
                    R"("prompt_tokens_details":{"cached_tokens":9},)"
                    R"("completion_tokens_details":{"reasoning_tokens":9}}})")
                  .usage(),
              (Usage{.input = 2, .output = 3, .cached_input = 2, .reasoning_output = 3}));
}

TEST(UsageTap, TakesUsageWithoutDetails) {
    EXPECT_EQ(after(Operation::embeddings, with_usage(R"({"prompt_tokens":8,"total_tokens":8})"))
                  .usage(),
              (Usage{.input = 8}));
    EXPECT_EQ(after(Operation::completions,
                    with_usage(R"({"prompt_tokens":8,"prompt_tokens_details":null})"))
                  .usage(),
              (Usage{.input = 8}));
}

TEST(UsageTap, CountsOutputEvents) {
    UsageTap chat(Operation::chat_completions);
    chat.on_event(event_of(R"({"choices":[]})"));
    chat.on_event(event_of(R"({"choices":[]})"));
    chat.on_event(SseEvent{});
    chat.on_event(event_of("[DONE]"));
    EXPECT_EQ(chat.output_events(), 2);

    UsageTap responses(Operation::responses);
    responses.on_event(event_of("{}", "response.created"));
    responses.on_event(event_of("{}", "response.output_text.delta"));
    responses.on_event(event_of("{}", "response.completed"));
    EXPECT_EQ(responses.output_events(), 1);
}

TEST(UsageTap, GivesTheSameForEverySplitOfABody) {
    const std::string body =
        R"( {"id":"chatcmpl-1","u":"\\","choices":[{"index":0,"message":{"role":"assistant",)"
        R"("content":"a \"quote\", a {brace}, \\\\\" [","usage":{"prompt_tokens":1}}}],)"
        R"("usages":{},)"
        R"("nested":[[{}]],"usage" : )" +
        std::string(chat_usage) + ",\"system_fingerprint\":\"\\\\\"}\n ";

    for (std::size_t size = 1; size <= body.size(); ++size) {
        UsageTap tap(Operation::chat_completions);
        for (std::size_t i = 0; i < body.size(); i += size) {
            const bool complete_before = body.find_last_not_of(" \n") < i;
            EXPECT_EQ(tap.json_complete(), complete_before) << size << " at " << i;
            tap.on_json(std::string(body.substr(i, size)));
        }
        EXPECT_EQ(tap.usage(), expected) << "pieces of " << size;
        EXPECT_TRUE(tap.json_complete()) << "pieces of " << size;
    }
}

TEST(UsageTap, KnowsACompleteBody) {
    for (const std::string_view body :
         {"{}", " [] ", "\"x\"", "{\"a\":[{}]}\r\n", "\"\\\\\"", "{\"a\":\"\\\"\"}"}) {
        EXPECT_TRUE(after(Operation::embeddings, body).json_complete()) << body;
    }
}

TEST(UsageTap, KnowsAnIncompleteOrBrokenBody) {
    for (const std::string_view body :
         {"", " ", "{", "[{}", "\"x", "\"x\\\"", "{\"a\":\"}", "{]", "[}", "{}}", "{} {}", "{}x",
          "12", "tru", "null", "x", "]", "\"a\"\"b\"", "{\"a\":[}]}"}) {
        EXPECT_FALSE(after(Operation::embeddings, body).json_complete()) << body;
    }
}

TEST(UsageTap, IsNeverCompleteBeforeTheLastByte) {
    const std::string body = R"({"a":[1,"}]",{"b":"\\"}],"usage":{"prompt_tokens":1}})";
    for (std::size_t size = 0; size < body.size(); ++size) {
        EXPECT_FALSE(after(Operation::embeddings, body.substr(0, size)).json_complete()) << size;
    }
    EXPECT_TRUE(after(Operation::embeddings, body).json_complete());
}

TEST(UsageTap, CallsUnfinishedOnlyWhatCertainlyIs) {
    for (const std::string_view body : {"", " ", "{", "[{}", "\"x", "\"x\\\"", "{\"a\":\"}"}) {
        EXPECT_TRUE(after(Operation::embeddings, body).json_unfinished()) << body;
    }
    for (const std::string_view body : {"{}", "[]\n", "{]", "{} {}", "12", "x"}) {
        EXPECT_FALSE(after(Operation::embeddings, body).json_unfinished()) << body;
    }
    const std::string too_deep(100, '[');
    EXPECT_FALSE(after(Operation::embeddings, too_deep).json_unfinished());
}

TEST(UsageTap, BoundsDepthAndUsage) {
    const std::string deep = std::string(64, '[') + std::string(64, ']');
    EXPECT_TRUE(after(Operation::embeddings, deep).json_complete());
    EXPECT_FALSE(after(Operation::embeddings, "[" + deep + "]").json_complete());
    EXPECT_FALSE(after(Operation::embeddings, std::string(1'000'000, '[')).json_complete());

    const std::string long_usage = R"({"usage":{"prompt_tokens":1,"x":")" +
                                   std::string(JsonTap::captured_max, 'x') + "\"}}";
    const UsageTap tap = after(Operation::embeddings, long_usage);
    EXPECT_FALSE(tap.usage());
    EXPECT_TRUE(tap.json_complete());
}

TEST(UsageTap, ReadsUsageBehindALongBody) {
    const std::string body = R"({"data":[{"embedding":")" + std::string(500'000, 'A') +
                             R"("},{"embedding":[)" + std::string(300'000, '1') +
                             R"(]}],"usage":{"prompt_tokens":8,"total_tokens":8}})";
    UsageTap tap(Operation::embeddings);
    for (std::size_t i = 0; i < body.size(); i += 16'384) { tap.on_json(body.substr(i, 16'384)); }

    EXPECT_EQ(tap.usage(), (Usage{.input = 8}));
    EXPECT_TRUE(tap.json_complete());
}

}  // namespace
}  // namespace spillway
