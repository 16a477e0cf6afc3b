// What answers say: stories, the events of both dialects, structured documents, headers.

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "sim/answer_headers.hpp"
#include "sim/chat.hpp"
#include "sim/prompt.hpp"
#include "sim/responses.hpp"
#include "sim/schema_instance.hpp"
#include "sim/spoil.hpp"
#include "sim/story.hpp"

namespace spillway_sim {
namespace {

const Envelope envelope{"id-1", 1'700'000'000, "gpt-4o-2024-08-06", Kind::azure};

Prompt read(const std::string& body, Operation operation = Operation::chat) {
    return std::get<Prompt>(read_prompt(operation, body));
}

Json document_in(const Event& event) {
    return Json::parse(event.bytes.substr(event.bytes.find("data: ") + 6));
}

TEST(Prompt, IsEstimatedFromCharactersAndTheOutputOfEveryChoice) {
    const std::string message = R"({"messages":[{"role":"user","content":"1234567"}])";

    EXPECT_EQ(estimate_tokens(Operation::chat, read(message + "}")), 2 + 16);
    EXPECT_EQ(estimate_tokens(Operation::chat, read(message + R"(,"max_tokens":50,"n":3})")), 152);
    EXPECT_EQ(estimate_tokens(Operation::embeddings,
                              read(R"({"input":[[1,2,3],[4]]})", Operation::embeddings)),
              4);
}

TEST(Prompt, NamesWhatIsMissing) {
    const auto broken = read_prompt(Operation::responses, "{}");

    EXPECT_EQ(std::get<PromptError>(broken).param, "input");
    EXPECT_TRUE(std::holds_alternative<PromptError>(read_prompt(Operation::chat, "{\"messages\"")));
    EXPECT_TRUE(std::holds_alternative<PromptError>(
        read_prompt(Operation::chat, R"({"messages":[],"stream":"yes"})")));
}

TEST(Story, IsAFunctionOfPromptAndSeed) {
    const std::string body = R"({"messages":[{"role":"user","content":"hello"}],"seed":)";

    EXPECT_EQ(tell(read(body + "1}"), 16).choices.front().text(),
              tell(read(body + "1}"), 16).choices.front().text());
    EXPECT_NE(tell(read(body + "1}"), 16).choices.front().text(),
              tell(read(body + "2}"), 16).choices.front().text());
}

TEST(Story, IsAsLongAsItMayBe) {
    const Prompt bounded = read(
        R"({"messages":[{"role":"user","content":"sim:tokens=40"}],"max_tokens":9})");
    const Prompt free = read(R"({"messages":[{"role":"user","content":"sim:tokens=40"}]})");

    EXPECT_EQ(tell(bounded, 16).usage.completion, 9);
    EXPECT_EQ(tell(bounded, 16).choices.front().finish, Finish::length);
    EXPECT_EQ(tell(free, 16).usage.completion, 40);
}

TEST(Story, CutsTextBetweenCharactersOnly) {
    const std::string text = "naïve 東京 🙂";
    std::string joined;
    for (const std::string& piece : cut_text(text, 1)) {
        EXPECT_NE(static_cast<unsigned char>(piece.front()) & 0xC0U, 0x80U) << piece;
        joined += piece;
    }
    EXPECT_EQ(joined, text);
}

TEST(Chat, StreamsAzuresOrder) {
    const Prompt prompt = read(R"({"messages":[{"role":"user","content":"hi"}],"max_tokens":2})");
    const auto events = chat_stream(tell(prompt, 16), envelope, UsageChunk::last);

    ASSERT_EQ(events.size(), 7U);
    EXPECT_TRUE(document_in(events[0])["choices"].empty());
    EXPECT_TRUE(document_in(events[0]).contains("prompt_filter_results"));
    EXPECT_EQ(document_in(events[1])["choices"][0]["delta"]["role"], "assistant");
    EXPECT_TRUE(document_in(events[1])["usage"].is_null());
    EXPECT_EQ(document_in(events[4])["choices"][0]["finish_reason"], "length");
    EXPECT_EQ(document_in(events[5])["usage"]["completion_tokens"], 2);
    EXPECT_EQ(events[6], (Event{"data: [DONE]\n\n", EventKind::terminal}));
}

TEST(Chat, KeepsAzuresAnnotationsToAzure) {
    const Prompt prompt = read(R"({"messages":[{"role":"user","content":"hi"}]})");
    Envelope openai = envelope;
    openai.kind = Kind::openai;

    for (const Event& event : chat_stream(tell(prompt, 4), openai, UsageChunk::absent)) {
        EXPECT_EQ(event.bytes.find("filter"), std::string::npos);
        EXPECT_EQ(event.bytes.find("usage"), std::string::npos);
    }
}

TEST(Responses, NamesAndNumbersEveryEvent) {
    const Prompt prompt = read(R"({"input":"hi","max_output_tokens":2})", Operation::responses);
    const auto events = response_stream(prompt, tell(prompt, 16), envelope);

    for (std::size_t index = 0; index < events.size(); ++index) {
        const Json document = document_in(events[index]);
        EXPECT_EQ(document["sequence_number"], index);
        EXPECT_TRUE(events[index].bytes.starts_with("event: " +
                                                    document["type"].get<std::string>() +
                                                    "\ndata: "));
    }
    EXPECT_EQ(document_in(events.back())["type"], "response.incomplete");
    EXPECT_EQ(document_in(events.back())["response"]["usage"]["output_tokens"], 2);
}

TEST(Schema, IsFilledThroughReferencesAndBranches) {
    const Json schema = Json::parse(R"({
        "type": "object",
        "properties": {
            "leaf": {"$ref": "#/$defs/leaf"},
            "list": {"type": "array", "minItems": 2, "items": {"type": "integer"}},
            "kind": {"enum": ["only"]},
            "maybe": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}},
        "$defs": {"leaf": {"type": "object", "properties": {"name": {"type": "string"}}}}})");

    const Json made = make_instance(schema, 3);

    EXPECT_TRUE(made["leaf"]["name"].is_string());
    EXPECT_EQ(made["list"].size(), 2U);
    EXPECT_EQ(made["kind"], "only");
    EXPECT_TRUE(made["maybe"].is_boolean());
}

TEST(Schema, EndsWhereItRefersToItself) {
    const Json schema = Json::parse(R"({"type":"object","properties":{"next":{"$ref":"#"}}})");

    EXPECT_LT(make_instance(schema, 1).dump().size(), 400U);
}

TEST(Spoil, ReplacesTheRestByAzuresPair) {
    const Prompt prompt = read(R"({"input":"hi"})", Operation::responses);
    Reply reply;
    reply.is_stream = true;
    reply.events = response_stream(prompt, tell(prompt, 4), envelope);
    Fault fault;
    fault.error_event = ErrorEvent::rate_limit;
    fault.after_events = 1;

    const auto events = spoil(reply, fault).events;

    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(document_in(events[0])["type"], "response.created");
    EXPECT_EQ(document_in(events[1])["type"], "response.failed");
    EXPECT_EQ(document_in(events[2])["error"]["code"], "rate_limit_exceeded");
}

TEST(AnswerHeaders, SpellDurationsAsGoDoes) {
    EXPECT_EQ(go_duration(0), "0ms");
    EXPECT_EQ(go_duration(17), "17ms");
    EXPECT_EQ(go_duration(1000), "1s");
    EXPECT_EQ(go_duration(1500), "1.5s");
    EXPECT_EQ(go_duration(20'050), "20.05s");
    EXPECT_EQ(go_duration(360'000), "6m0s");
}

}  // namespace
}  // namespace spillway_sim
