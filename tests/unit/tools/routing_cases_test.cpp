#include "tools/routing_cases.hpp"

#include "tools/routing_verdict.hpp"
#include "unit/tools/table.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

/// What is wrong with one case, as `line: message`; empty when it holds.
std::string verdict(const std::string& suppose, const std::string& expect) {
    const std::string yaml = "cases:\n- name: n\n  request: {model: gpt-4o}\n  suppose: {" +
                             suppose + "}\n  expect: {" + expect + "}\n";
    Issues issues;
    const auto cases = read_routing_cases(yaml, issues);
    if (cases) { judge(cases->cases.front(), Table().fleet(), Table::t0, issues); }
    std::string text;
    for (const ConfigIssue& issue : issues.in_file_order()) {
        text += std::to_string(issue.line) + ": " + issue.message;
    }
    return text;
}

TEST(RoutingVerdict, IsSilentWhenEverythingHolds) {
    EXPECT_EQ(verdict("", "route: gpt-4o, first: east, order: [east, [west, west-2]]"), "");
    EXPECT_EQ(verdict("down: east", "first: [west, west-2], never: east"), "");
    EXPECT_EQ(verdict("throttled: [east, west]", "error: rate_limit_exceeded"), "");
}

TEST(RoutingVerdict, PointsAtEveryExpectationThatDoesNotHold) {
    EXPECT_EQ(verdict("down: east", "first: east"),
              "5: \"n\": `west` comes first for 75 % of requests; `east` is skipped: open");
    EXPECT_EQ(verdict("", "never: west"), "5: \"n\": `west` can be tried");
    EXPECT_EQ(verdict("", "error: rate_limit_exceeded"), "5: \"n\": `east` serves it");
    EXPECT_EQ(verdict("", "route: other"), "5: \"n\": route `gpt-4o` serves it");
    EXPECT_EQ(verdict("full: [east, west]", "first: west"),
              "5: \"n\": the caller gets 429 rate_limit_exceeded; `west` is skipped: tokens_full");
}

TEST(RoutingVerdict, TakesNoChanceForAnOrder) {
    EXPECT_EQ(verdict("", "order: [east, west, west-2]"),
              "5: \"n\": try 2 goes to `west-2` for 25 % of requests");
    EXPECT_EQ(verdict("", "order: [east]"), "5: \"n\": try 2 goes to `west`");
    EXPECT_EQ(verdict("down: west", "order: [east, west]"),
              "5: \"n\": after 1 tries nobody else is asked; `west` is skipped: open");
}

TEST(RoutingVerdict, KnowsTheTablesNames) {
    EXPECT_EQ(verdict("", "first: eats"),
              "5: \"n\": there is no deployment `eats` in the routing table");
    EXPECT_EQ(verdict("down: wset", "first: east"),
              "2: \"n\": There is no deployment or resource `wset`; did you mean `west`?");
}

TEST(RoutingCases, SaysWhereAFileIsWrong) {
    struct Case {
        std::string yaml;
        std::string words;
    };
    const std::vector<Case> cases = {
        {"[]", "is a map of keys"},
        {"cases: [", ""},
        {"config: x", "cases"},
        {"cases: [{name: n, request: {model: m}}]", "expect"},
        {"cases: [{name: n, request: {model: m}, expect: {}}]", "expects nothing"},
        {"cases: [{name: n, request: {modle: m}, expect: {first: a}}]", "modle"},
        {"cases: [{name: n, request: {estimated_tokens: many}, expect: {first: a}}]",
         "number such as"},
        {"cases: [{name: n, request: {model: m}, suppose: {up: a}, expect: {first: a}}]", "up"},
    };
    for (const Case& test : cases) {
        Issues issues;
        EXPECT_FALSE(read_routing_cases(test.yaml, issues)) << test.yaml;
        ASSERT_FALSE(issues.in_file_order().empty()) << test.yaml;
        const ConfigIssue issue = issues.in_file_order().front();
        EXPECT_NE((issue.path + issue.message).find(test.words), std::string::npos)
            << issue.path << issue.message;
    }
}

}  // namespace
}  // namespace spillway
