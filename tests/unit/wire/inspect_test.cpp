#include "wire/inspect.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>

namespace spillway {
namespace {

using Answer = std::variant<Inspection, BodyError>;

Answer inspect(std::string body, Operation operation = Operation::chat_completions) {
    Inspector inspector;
    const std::size_t size = body.size();
    body.append(body_padding, '!');
    return inspector.inspect(std::string_view(body).substr(0, size), operation);
}

Inspection good(const std::string& body, Operation operation = Operation::chat_completions) {
    Answer answer = inspect(body, operation);
    const auto* const error = std::get_if<BodyError>(&answer);
    EXPECT_EQ(error, nullptr) << body << ": " << error->message;
    return error == nullptr ? std::get<Inspection>(std::move(answer)) : Inspection{};
}

BodyError bad(const std::string& body, Operation operation = Operation::chat_completions) {
    Answer answer = inspect(body, operation);
    const auto* const error = std::get_if<BodyError>(&answer);
    EXPECT_NE(error, nullptr) << body;
    return error == nullptr ? BodyError{} : *error;
}

TEST(Inspect, KnowsWhoseAnswerOwesItsUsage) {
    const auto asks = [](const std::string& body, Operation operation) {
        return good(body, operation).asks_usage(operation);
    };
    for (const auto operation : {Operation::chat_completions, Operation::completions}) {
        EXPECT_TRUE(asks("{}", operation));
        EXPECT_FALSE(asks(R"({"stream":true})", operation));
        EXPECT_FALSE(asks(R"({"stream":true,"stream_options":{"include_usage":false}})",
                          operation));
        EXPECT_TRUE(asks(R"({"stream":true,"stream_options":{"include_usage":true}})", operation));
    }
    EXPECT_TRUE(asks(R"({"stream":true})", Operation::responses));
    EXPECT_TRUE(asks("{}", Operation::embeddings));
}

TEST(Inspect, FindsWhatRoutesAndBills) {
    const Inspection found = good(R"({"model":"gpt-4o","stream":true,"max_tokens":100,"n":3,
        "stream_options":{"include_usage":true},"messages":[]})");

    EXPECT_EQ(found.model, "gpt-4o");
    EXPECT_TRUE(found.stream);
    EXPECT_TRUE(found.include_usage);
    EXPECT_EQ(found.output_bound, 100);
    EXPECT_EQ(found.choices, 3);
}

TEST(Inspect, TakesAnEmptyObject) {
    const Inspection found = good(" {} \r\n");

    EXPECT_EQ(found.model_length, 0U);
    EXPECT_FALSE(found.stream);
    EXPECT_FALSE(found.output_bound);
    EXPECT_EQ(found.choices, 1);
    EXPECT_EQ(found.prompt, 0);
}

TEST(Inspect, SaysWhereTheModelStandsForASplice) {
    std::string body = R"({ "messages":[{"model":"no"}], "model" :  "a\u002db" , "x":1})";

    const Inspection found = good(body);

    EXPECT_EQ(found.model, "a-b");
    EXPECT_EQ(body.substr(found.model_offset, found.model_length), R"("a\u002db")");
    body.replace(found.model_offset, found.model_length, json_quoted("new"));
    EXPECT_EQ(good(body).model, "new");
}

TEST(Inspect, TakesNullForAnAbsentValue) {
    const std::string body = R"({"model":null,"stream":null,"stream_options":null,"n":null,
        "max_tokens":null,"max_completion_tokens":null})";
    const Inspection found = good(body);

    EXPECT_EQ(found.model, "");
    EXPECT_EQ(body.substr(found.model_offset, found.model_length), "null");
    EXPECT_FALSE(found.stream);
    EXPECT_FALSE(found.output_bound);
}

TEST(Inspect, IgnoresKeysBelowTheTopLevel) {
    const Inspection found = good(R"({"metadata":{"model":"x","stream":true,"n":9},"model":"y"})");

    EXPECT_EQ(found.model, "y");
    EXPECT_FALSE(found.stream);
    EXPECT_EQ(found.choices, 1);
}

TEST(Inspect, TakesTheLargestOutputBound) {
    EXPECT_EQ(good(R"({"max_tokens":10,"max_completion_tokens":300})").output_bound, 300);
    EXPECT_EQ(good(R"({"max_tokens":300,"max_completion_tokens":10})").output_bound, 300);
    EXPECT_EQ(good(R"({"max_output_tokens":0})").output_bound, 0);
}

TEST(Inspect, TakesTheLargerOfNAndBestOf) {
    EXPECT_EQ(good(R"({"n":2,"best_of":5})").choices, 5);
    EXPECT_EQ(good(R"({"n":2})").choices, 2);
}

TEST(Inspect, ChargesPromptPlusBoundForEachChoice) {
    Inspection found;
    found.prompt = 10;
    found.choices = 3;

    EXPECT_EQ(found.estimate(Operation::chat_completions, 100), 310);
    EXPECT_EQ(found.estimate(Operation::embeddings, 100), 10);
    found.output_bound = 7;
    EXPECT_EQ(found.estimate(Operation::responses, 100), 31);
}

// P-11 of the test plan.
TEST(Inspect, RefusesDuplicatesOfEveryKeyItReads) {
    int bypassed = 0;
    int tried = 0;
    for (const std::string key : {"model", "stream", "n", "best_of", "max_tokens",
                                  "max_completion_tokens", "max_output_tokens", "stream_options",
                                  "user", "tools", "messages", "input", "prompt", "instructions"}) {
        std::string escaped;
        for (const char c : key) {
            constexpr std::string_view digits = "0123456789abcdef";
            escaped += "\\u00";
            escaped += digits[static_cast<unsigned char>(c) >> 4U];
            escaped += digits[static_cast<unsigned char>(c) & 0xFU];
        }
        for (const std::string& second :
             {key, escaped, "\\u00" + escaped.substr(4, 2) + key.substr(1)}) {
            const std::string value = key == "messages" ? "[]" : "null";
            const Answer answer = inspect("{\"" + key + "\":" + value + ",\"x\":1,\"" + second +
                                          "\":" + value + "}");
            const auto* const error = std::get_if<BodyError>(&answer);
            const bool refused = error != nullptr && error->code == "duplicate_key" &&
                                 error->param == key;
            EXPECT_TRUE(refused) << second;
            bypassed += refused ? 0 : 1;
            ++tried;
        }
    }
    std::printf("P-11 %d bypasses/%d 0 %s\n", bypassed, tried, bypassed == 0 ? "PASS" : "FAIL");
}

TEST(Inspect, LetsUnknownKeysBeDoubled) { good(R"({"x":1,"x":2})"); }

TEST(Inspect, RefusesADoubledIncludeUsage) {
    const BodyError
        error = bad(R"({"stream_options":{"include_usage":true,"include\u005fusage":false}})");

    EXPECT_EQ(error.code, "duplicate_key");
    EXPECT_EQ(error.param, "stream_options");
}

struct TypeCase {
    const char* body;
    const char* code;
    const char* param;
};

TEST(Inspect, NamesTheParameterOfAWrongValue) {
    constexpr TypeCase cases[] = {
        {R"({"model":1})", "invalid_type", "model"},
        {R"({"model":["a"]})", "invalid_type", "model"},
        {R"({"stream":"true"})", "invalid_type", "stream"},
        {R"({"stream":1})", "invalid_type", "stream"},
        {R"({"stream_options":true})", "invalid_type", "stream_options"},
        {R"({"stream_options":{"include_usage":1}})", "invalid_type", "stream_options"},
        {R"({"n":"2"})", "invalid_type", "n"},
        {R"({"n":1.5})", "invalid_type", "n"},
        {R"({"n":0})", "invalid_value", "n"},
        {R"({"n":129})", "invalid_value", "n"},
        {R"({"best_of":-1})", "invalid_value", "best_of"},
        {R"({"max_tokens":-1})", "invalid_value", "max_tokens"},
        {R"({"max_tokens":1e3})", "invalid_type", "max_tokens"},
        {R"({"max_tokens":{}})", "invalid_type", "max_tokens"},
        {R"({"max_tokens":99999999999999999999999})", "invalid_value", "max_tokens"},
        {R"({"max_completion_tokens":2147483648})", "invalid_value", "max_completion_tokens"},
        {R"({"messages":"hello"})", "invalid_type", "messages"},
        {R"({"messages":null})", "invalid_type", "messages"},
    };
    for (const TypeCase& each : cases) {
        const BodyError error = bad(each.body);
        EXPECT_EQ(error.code, each.code) << each.body;
        EXPECT_EQ(error.param, each.param) << each.body;
        EXPECT_NE(error.message.find(each.param), std::string::npos) << error.message;
    }
}

TEST(Inspect, ChecksPromptTypesPerOperation) {
    EXPECT_EQ(bad(R"({"input":1})", Operation::embeddings).param, "input");
    EXPECT_EQ(bad(R"({"input":{}})", Operation::responses).param, "input");
    EXPECT_EQ(bad(R"({"prompt":true})", Operation::completions).param, "prompt");
    good(R"({"prompt":{"id":"pmpt_1","variables":{}}})", Operation::responses);
    good(R"({"prompt":null})", Operation::completions);
}

TEST(Inspect, RefusesAnEndlessModelName) {
    EXPECT_EQ(bad("{\"model\":\"" + std::string(257, 'm') + "\"}").param, "model");
    EXPECT_EQ(good("{\"model\":\"" + std::string(256, 'm') + "\"}").model.size(), 256U);
}

TEST(Inspect, RefusesWhatIsNotOneJsonObject) {
    const std::string cases[] = {
        "",
        " \n",
        "[]",
        "\"x\"",
        "1",
        "null",
        "{",
        "}",
        "{]",
        "{}{}",
        "{} x",
        "{}}",
        "{\"a\":1,}",
        "{\"a\":1 \"b\":2}",
        "{\"a\" 1}",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":[1,]}",
        "{\"a\":[1 2]}",
        "{\"a\":[}",
        "{\"a\":[}]}",
        "{\"a\":{]}}",
        "{\"a\":{\"b\"}}",
        "{\"a\":[\"b\":1]}",
        "{\"a\":[\"b\":1,2]}",
        "{\"a\":\"b\"x}",
        "{\"a\":\"b\" \"c\"}",
        "{\"a\":tru}",
        "{\"a\":truex}",
        "{\"a\":nul}",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":0x10}",
        "{\"a\":--1}",
        "{\"a\":\"\\q\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"x\ny\"}",
        "{\"a\":\"x}",
        "{\"a\\q\":1}",
        "{/**/}",
        "\xEF\xBB\xBF{}",
        std::string("{\"a\":1}\0", 8),
        std::string("{\"a\0\":1}", 9),
    };
    for (const std::string& body : cases) {
        const BodyError error = bad(body);
        EXPECT_EQ(error.code, "invalid_json") << body;
        EXPECT_LT(error.message.size(), 200U) << error.message;
    }
}

TEST(Inspect, RefusesWhatIsNotUtf8) {
    for (const char* text :
         {"\x80", "\xC0\xAF", "\xC3", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xFF"}) {
        EXPECT_EQ(bad("{\"a\":\"" + std::string(text) + "\"}").code, "invalid_json");
        EXPECT_EQ(bad("{\"" + std::string(text) + "\":1}").code, "invalid_json");
    }
}

TEST(Inspect, LetsLoneSurrogatesPass) {
    good(R"({"model":"m","messages":[{"content":"\ud83d"}],"user":"\ude00"})");
}

TEST(Inspect, TakesNumbersOfAnySizeWhereItReadsNone) {
    good("{\"seed\":" + std::string(5000, '9') + ",\"x\":-1.5E+300,\"y\":0.0e-9}");
}

TEST(Inspect, BoundsTheDepth) {
    const auto nested = [](std::size_t arrays) {
        return "{\"a\":" + std::string(arrays, '[') + std::string(arrays, ']') + "}";
    };
    good(nested(63));
    EXPECT_EQ(bad(nested(64)).code, "invalid_json");
    EXPECT_EQ(bad(nested(1'000'000)).code, "invalid_json");
    EXPECT_EQ(bad("{\"a\":" + std::string(1'000'000, '[') + "}").code, "invalid_json");
    std::string objects;
    for (int i = 0; i < 100'000; ++i) { objects += "{\"a\":"; }
    EXPECT_EQ(bad(objects + "1" + std::string(100'000, '}')).code, "invalid_json");
}

struct PromptCase {
    const char* body;
    Operation operation;
    Tokens prompt;
};

TEST(Inspect, EstimatesThePrompt) {
    constexpr PromptCase cases[] = {
        {R"({"messages":[{"role":"user","content":"12345678"}]})", Operation::chat_completions, 2},
        {R"({"messages":[{"role":"user","content":"123456789"}]})", Operation::chat_completions, 3},
        // Rounded up once, not for each string.
        {R"({"messages":[{"content":"1"},{"content":"2"},{"content":"3"}]})",
         Operation::chat_completions, 1},
        {R"({"messages":[{"content":"\u0041\n\"\\\u00e9\ud83d\ude00x"}]})",
         Operation::chat_completions, 2},
        {"{\"messages\":[{\"content\":\"\xC3\xA9\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"}]}",
         Operation::chat_completions, 1},
        {R"({"messages":[{"content":[{"type":"text","text":"1234"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
            {"type":"input_audio","input_audio":{"data":"AAAAAAAA","format":"wav"}}]}]})",
         Operation::chat_completions, 2001},
        {R"({"messages":[{"role":"assistant","tool_calls":[{"id":"call_1234567890",
            "type":"function","function":{"name":"abcd","arguments":"1234"}}]}]})",
         Operation::chat_completions, 2},
        {R"({"input":"1234"})", Operation::embeddings, 1},
        {R"({"input":["1234","12345678"]})", Operation::embeddings, 3},
        {R"({"input":[1,2,3,4,5]})", Operation::embeddings, 5},
        {R"({"input":[[1,2,3],[4,5]]})", Operation::embeddings, 5},
        {R"({"prompt":["abcd",[1,2]]})", Operation::completions, 3},
        {R"({"instructions":"1234","input":[{"role":"user","content":[
            {"type":"input_text","text":"1234"},
            {"type":"input_image","image_url":"data:image/png;base64,AAAA"},
            {"type":"input_file","file_data":"AAAAAAAAAAAA"}]}]})",
         Operation::responses, 2002},
        {R"({"input":[{"type":"x","index":5,"flag":true}]})", Operation::responses, 0},
        {R"({"tools":[{"function":{"name":"abcdefgh"}}],"metadata":{"a":"abcdefgh"}})",
         Operation::chat_completions, 0},
    };
    for (const PromptCase& each : cases) {
        EXPECT_EQ(good(each.body, each.operation).prompt, each.prompt) << each.body;
    }
}

TEST(Inspect, CountsCharactersOfLongTexts) {
    std::string text;
    for (int i = 0; i < 1000; ++i) { text += "abc\xC3\xA9\xF0\x9F\x98\x80\\n"; }

    EXPECT_EQ(good("{\"input\":\"" + text + "\"}", Operation::embeddings).prompt, 1500);
}

TEST(Inspect, SurvivesBodiesOfEverySizeInOneInspector) {
    Inspector inspector;
    constexpr std::size_t sizes[] = {0, 1000, 3'000'000, 10, 200'000, 1};
    for (const std::size_t size : sizes) {
        std::string body = "{\"model\":\"m\",\"input\":\"" + std::string(size, 'x') + "\"}";
        const std::size_t length = body.size();
        body.append(body_padding, '\0');

        const Answer answer = inspector.inspect(std::string_view(body).substr(0, length),
                                                Operation::embeddings);

        ASSERT_TRUE(std::holds_alternative<Inspection>(answer));
        EXPECT_EQ(std::get<Inspection>(answer).prompt, static_cast<Tokens>((size + 3) / 4));
    }
}

TEST(Inspect, DoesNotReadBehindTheBodyAsContent) {
    std::string body = R"({"model":"m"})"
                       R"(,"stream":true})";
    body.append(body_padding, ' ');
    Inspector inspector;

    const Answer answer = inspector.inspect(std::string_view(body).substr(0, 13),
                                            Operation::chat_completions);

    ASSERT_TRUE(std::holds_alternative<Inspection>(answer));
    EXPECT_FALSE(std::get<Inspection>(answer).stream);
}

TEST(Inspect, RefusesEveryTruncationOfABody) {
    const std::string body =
        R"({"model":"gpt-4o","messages":[{"role":"user","content":"\u00e9\n"}],"t":[1.5e3,null]})";
    good(body);
    for (std::size_t length = 0; length < body.size(); ++length) { bad(body.substr(0, length)); }
}

}  // namespace
}  // namespace spillway
