#include "wire/answer_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

SseEvent event(std::string_view data, std::string_view type = {}) {
    SseEvent result;
    result.data = data;
    result.type = type;
    result.has_data = true;
    return result;
}

TEST(AnswerText, JoinsThePiecesOfAChatStream) {
    AnswerText answer(Operation::chat_completions, 100);
    answer
        .on_event(event(R"({"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]})"));
    answer.on_event(event(R"({"choices":[{"index":0,"delta":{"content":"ja\"n"}}]})"));
    answer.on_event(event(R"({"choices":[{"index":0,"delta":{"content":"e@example.com"}}]})"));
    answer.on_event(event("[DONE]"));
    EXPECT_EQ(answer.text(), "ja\"ne@example.com");
    EXPECT_FALSE(answer.is_cut());
}

TEST(AnswerText, KeepsChoicesApart) {
    AnswerText answer(Operation::chat_completions, 100);
    for (const char* data : {R"({"choices":[{"index":0,"delta":{"content":"a"}}]})",
                             R"({"choices":[{"index":1,"delta":{"content":"x"}}]})",
                             R"({"choices":[{"index":0,"delta":{"content":"b"}}]})"}) {
        answer.on_event(event(data));
    }
    EXPECT_EQ(answer.text(), "ab\nx");
}

TEST(AnswerText, TakesToolCallsCompletionsAndResponses) {
    AnswerText tools(Operation::chat_completions, 100);
    tools.on_event(
        event(R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f",)"
              R"("arguments":"{\"a\":1}"}}]}}]})"));
    EXPECT_EQ(tools.text(), R"(f{"a":1})");
    AnswerText completion(Operation::completions, 100);
    completion.on_event(event(R"({"choices":[{"index":0,"text":"hi"}]})"));
    EXPECT_EQ(completion.text(), "hi");
    AnswerText responses(Operation::responses, 100);
    responses.on_event(event(R"({"output_index":1,"delta":"hi"})", "response.output_text.delta"));
    responses.on_event(event(R"({"response":{"output":"hi"}})", "response.completed"));
    EXPECT_EQ(responses.text(), "hi");
}

TEST(AnswerText, IsBoundedAndSaysSo) {
    AnswerText answer(Operation::chat_completions, 5);
    answer.on_json("abc");
    EXPECT_FALSE(answer.is_cut());
    answer.on_json("defg");
    EXPECT_EQ(answer.text(), "abcde");
    EXPECT_TRUE(answer.is_cut());
}

}  // namespace
}  // namespace spillway
