#include "tools/explanation_text.hpp"

#include "tools/explanation_json.hpp"
#include "unit/tools/table.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace spillway {
namespace {

std::string text_of(const Question& question) {
    const Table table;
    const auto explanation = explain(table.fleet(), question, Table::t0);
    return *explanation_text(explanation_json(*explanation));
}

TEST(ExplanationText, ReadsAsATable) {
    Question question;
    question.model = "gpt-4o-prod";
    question.estimated_tokens = 1500;
    question.supposed.throttled = {"east"};

    EXPECT_EQ(
        text_of(question),
        R"(chat/completions for `gpt-4o-prod`: route `gpt-4o` (by an alias), only in geography us

It would be sent to, each one only if those before failed )"
        R"((at most 3 attempts that cost an upstream work):
  1.  west    75 %, else west-2 (25 %)
  2.  west-2  always

Deployments of the route (left: in this minute):
  TIER  DEPLOYMENT  WEIGHT  RESERVES  TOKENS LEFT         REQUESTS LEFT  STATE
  1     east        1       1,500     10,000 of 10,000    600 of 600     skipped: )"
        R"(as supposed, it answered 429 and told us to wait
  2     west        3       1,500     100,000 of 100,000  unlimited      can serve
  2     west-2      1       1,500     100,000 of 100,000  unlimited      can serve
)");
}

TEST(ExplanationText, SaysWhatTheCallerWouldGetWithoutARoute) {
    Question question;
    question.model = "gpt-5";
    const std::string text = text_of(question);

    EXPECT_TRUE(text.starts_with("chat/completions for `gpt-5`: no route\n"));
    EXPECT_NE(text.find("The caller would get 404 model_not_found: "), std::string::npos) << text;
}

TEST(ExplanationText, RefusesWhatIsNoExplanation) {
    for (const char* json : {"", "[]", "{}", R"({"route": 1, "model": 2})", "<html>"}) {
        EXPECT_FALSE(explanation_text(json)) << json;
    }
}

TEST(ExplanationJson, CountsWhatIsLeftAndLeavesUnlimitedOpen) {
    const Table table;
    table.live("east").throttled(std::chrono::seconds(7), Table::t0);
    Question question;
    question.model = "anywhere";
    const auto explanation = explain(table.fleet(), question, Table::t0);
    const auto document = nlohmann::json::parse(explanation_json(*explanation));

    const auto& france = document["deployments"][0];
    const auto& east = document["deployments"][1];
    EXPECT_EQ(france["tokens_per_minute"]["limit"], nullptr);
    EXPECT_EQ(france["tokens_per_minute"]["remaining"], nullptr);
    EXPECT_EQ(east["tokens_per_minute"]["remaining"], 10'000);
    EXPECT_EQ(east["skip"], "cooling");
    EXPECT_EQ(east["ready_in_seconds"], 7.0);
    EXPECT_EQ(document["tries"][0]["deployment"], "france");
    EXPECT_EQ(document["residency"], nullptr);
}

}  // namespace
}  // namespace spillway
