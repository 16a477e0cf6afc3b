#include "tools/question.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(Question, ReadsEveryKey) {
    const auto question = read_question(
        R"({"model": "m", "operation": "embeddings", "path": "/v1/embeddings",
            "estimated_tokens": 1, "prompt_tokens": 2, "max_tokens": 3, "body": "{}",
            "suppose": {"down": ["a"], "throttled": ["b", "c"], "full": []}})");

    ASSERT_TRUE(question) << question.error();
    EXPECT_EQ(question->model, "m");
    EXPECT_EQ(question->operation, "embeddings");
    EXPECT_EQ(question->path, "/v1/embeddings");
    EXPECT_EQ(question->estimated_tokens, 1);
    EXPECT_EQ(question->prompt_tokens, 2);
    EXPECT_EQ(question->max_tokens, 3);
    EXPECT_EQ(question->body, "{}");
    EXPECT_EQ(question->supposed, (Supposed{{"a"}, {"b", "c"}, {}}));
}

TEST(Question, SurvivesTheWayToAGateway) {
    Question question;
    question.path = "/v1/chat/completions";
    question.body = "{\"model\": \"a\", \"model\": \"b\"}";
    question.supposed.full = {"east"};

    EXPECT_EQ(*read_question(to_json(question)), question) << "duplicates in the body included";
}

TEST(Question, TakesABodyAsAnObjectToo) {
    EXPECT_EQ(read_question(R"({"body": {"model": "m"}})")->body, R"({"model":"m"})");
}

TEST(Question, SaysWhatIsWrong) {
    struct Case {
        std::string json;
        std::string words;
    };
    const std::vector<Case> cases = {
        {"", "JSON object"},
        {"[]", "JSON object"},
        {R"({"modle": "m"})", "no key `modle`"},
        {R"({"model": 4})", "`model` has to be text"},
        {R"({"max_tokens": -1})", "`max_tokens` has to be a whole number"},
        {R"({"max_tokens": 1.5})", "`max_tokens` has to be a whole number"},
        {R"({"max_tokens": 2147483648})", "`max_tokens` has to be a whole number"},
        {R"({"body": 1})", "`body` has to be the request's body"},
        {R"({"suppose": []})", "`suppose` has to be an object"},
        {R"({"suppose": {"down": "east"}})", "`down` has to be a list"},
        {R"({"suppose": {"up": []}})", "no key `up`"},
    };
    for (const Case& test : cases) {
        const auto question = read_question(test.json);
        ASSERT_FALSE(question) << test.json;
        EXPECT_NE(question.error().find(test.words), std::string::npos) << question.error();
    }
}

TEST(Question, RefusesDepthBeforeItIsBuilt) {
    const std::string deep(std::size_t{32} * 1024, '[');

    EXPECT_FALSE(read_question("{\"body\": {\"a\": " + deep));
    EXPECT_FALSE(read_question(deep));
    EXPECT_TRUE(read_question(R"({"body": {"a": [[[[]]]]}})"));
}

}  // namespace
}  // namespace spillway
