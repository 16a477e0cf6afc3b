#include "tools/explain.hpp"

#include "unit/tools/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spillway {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

constexpr TimePoint t0 = Table::t0;

Question about(const std::string& model) {
    Question question;
    question.model = model;
    return question;
}

Explanation explained(const Table& table, const Question& question) {
    return *explain(table.fleet(), question, t0);
}

std::vector<std::string> order(const Explanation& explanation) {
    std::vector<std::string> names;
    for (const ExplainedTry& attempt : explanation.tries) {
        names.push_back(attempt.chances.front().deployment + (attempt.last_resort ? "!" : ""));
    }
    return names;
}

const ExplainedDeployment& of(const Explanation& explanation, std::string_view name) {
    for (const ExplainedDeployment& one : explanation.deployments) {
        if (one.status.name == name) { return one; }
    }
    throw std::out_of_range("not explained");
}

/// Fails until its breaker opens.
void wreck(Deployment& live) {
    Rng rng(1);
    Permit::Start failed;
    failed.effect = Effect::hard;
    for (int i = 0; i < 5; ++i) {
        auto permit = live.acquire(1, t0);
        std::get<Permit>(permit).report(failed, t0, rng);
    }
}

TEST(Explain, NamesTheRouteAndEachTryInTurn) {
    const Explanation explanation = explained(Table(), about("gpt-4o-prod"));

    EXPECT_EQ(explanation.route, "gpt-4o");
    EXPECT_TRUE(explanation.by_alias);
    EXPECT_EQ(explanation.residency, "us");
    EXPECT_THAT(order(explanation), ElementsAre("east", "west", "west-2"));
    EXPECT_FALSE(explanation.refusal);
}

TEST(Explain, SaysHowOftenEachOneOfATierComesFirst) {
    const std::vector<Chance> second = explained(Table(), about("gpt-4o")).tries[1].chances;

    ASSERT_EQ(second.size(), 2U);
    EXPECT_EQ(second[0].deployment, "west");
    EXPECT_NEAR(second[0].share, 0.75, 0.02);
    EXPECT_NEAR(second[1].share, 0.25, 0.02);
}

TEST(Explain, SaysWhatItWouldReserveWhereAndCall) {
    Question question = about("gpt-4o");
    question.prompt_tokens = 100;
    const Explanation explanation = explained(Table(), question);

    EXPECT_EQ(of(explanation, "east").reserves, 100 + 256);
    EXPECT_EQ(of(explanation, "west-2").reserves, 100 + 1000);
    EXPECT_EQ(of(explanation, "east").url,
              "http://east.test/openai/deployments/prod/chat/completions?api-version=2024-10-21");
    EXPECT_EQ(of(explanation, "west").url, "http://west.test:8080/openai/v1/chat/completions");
}

TEST(Explain, ShowsAnOpenBreakerAndWhenItMayBeAskedAgain) {
    const Table table;
    wreck(table.live("east"));
    const Explanation explanation = explained(table, about("gpt-4o"));

    EXPECT_EQ(of(explanation, "east").skip, Skip::open);
    EXPECT_GT(of(explanation, "east").ready_in, 0s);
    EXPECT_EQ(of(explanation, "east").status.breaker.reason, Breaker::Reason::consecutive);
    EXPECT_THAT(order(explanation), ElementsAre("west", "west-2", "east!"));
}

TEST(Explain, ShowsACoolDownAndUsedUpLimits) {
    const Table table;
    table.live("west").throttled(7s, t0);
    auto permit = table.live("east").acquire(9'900, t0);
    std::get<Permit>(permit).sent();
    Question question = about("gpt-4o");
    question.estimated_tokens = 500;
    const Explanation explanation = explained(table, question);

    EXPECT_EQ(of(explanation, "west").skip, Skip::cooling);
    EXPECT_EQ(of(explanation, "west").ready_in, 7s);
    EXPECT_EQ(of(explanation, "east").skip, Skip::tokens_full);
    EXPECT_EQ(of(explanation, "east").status.tpm_used, 9'900);
    EXPECT_THAT(order(explanation), ElementsAre("west-2"));
}

TEST(Explain, ChangesNothing) {
    const Table table;
    wreck(table.live("west"));
    const FleetStatus before = table.fleet().status(t0);
    for (int i = 0; i < 10; ++i) { (void)explained(table, about("gpt-4o")); }
    const FleetStatus after = table.fleet().status(t0);

    for (std::size_t i = 0; i < before.deployments.size(); ++i) {
        EXPECT_EQ(before.deployments[i].rpm_used, after.deployments[i].rpm_used);
        EXPECT_EQ(before.deployments[i].tpm_used, after.deployments[i].tpm_used);
        EXPECT_EQ(before.deployments[i].in_flight, after.deployments[i].in_flight);
        EXPECT_EQ(before.deployments[i].breaker.state, after.deployments[i].breaker.state);
    }
}

TEST(Explain, SupposesStatesOfDeploymentsAndWholeResources) {
    Question question = about("gpt-4o");
    question.supposed.down = {"west"};
    question.supposed.throttled = {"east"};
    const Explanation explanation = explained(Table(), question);

    EXPECT_EQ(of(explanation, "east").skip, Skip::cooling);
    EXPECT_EQ(of(explanation, "east").supposed, "throttled");
    EXPECT_EQ(of(explanation, "west-2").skip, Skip::open) << "its resource is down";
    ASSERT_TRUE(explanation.refusal);
    EXPECT_EQ(explanation.refusal->status, 429);
    EXPECT_EQ(explanation.refusal->code, "rate_limit_exceeded");
    EXPECT_THAT(order(explanation), ElementsAre());
}

TEST(Explain, AnswersAsTheDataPathDoesWhenThereIsNoRoute) {
    const Explanation explanation = explained(Table(), about("gpt-5"));

    EXPECT_EQ(explanation.route, "");
    EXPECT_EQ(explanation.refusal->status, 404);
    EXPECT_EQ(explanation.refusal->code, "model_not_found");
}

TEST(Explain, SaysThatARequestCanNeverFit) {
    Question question = about("gpt-4o");
    question.estimated_tokens = 5'000'000;
    const Explanation explanation = explained(Table(), question);

    EXPECT_EQ(of(explanation, "east").skip, Skip::too_big);
    EXPECT_EQ(explanation.refusal->code, "request_too_large");
}

TEST(Explain, RefusesToSupposeSomethingOfNobody) {
    Question question = about("gpt-4o");
    question.supposed.full = {"wset"};
    const auto explanation = explain(Table().fleet(), question, t0);

    ASSERT_FALSE(explanation);
    EXPECT_EQ(explanation.error(),
              "There is no deployment or resource `wset`; did you mean `west`?");
}

}  // namespace
}  // namespace spillway
