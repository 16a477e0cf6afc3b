// Which request meets which fault.

#include "sim/fault_plan.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "sim/fields.hpp"

namespace spillway_sim {
namespace {

using namespace std::chrono_literals;

const TimePoint t0{1000s};
const FaultScope east{"east", "gpt-4o-prod", "chat"};
const FaultScope west{"west", "gpt-4o-dr", "chat"};

unsigned status_for(FaultPlan& plan, const FaultScope& scope, TimePoint now = t0) {
    const Fault* const fault = plan.take_for_request(scope, now);
    return fault == nullptr ? 200 : fault->status;
}

Json rule(const char* text) { return Json::parse(text); }

TEST(FaultPlan, ConcernsOnlyWhomItNames) {
    FaultPlan plan(1);
    plan.add(rule(R"({"resource":"east","op":"chat","fault":{"status":503}})"), t0);

    EXPECT_EQ(status_for(plan, east), 503U);
    EXPECT_EQ(status_for(plan, west), 200U);
    EXPECT_EQ(status_for(plan, {"east", "embed", "embeddings"}), 200U);
}

TEST(FaultPlan, IsSpentAfterItsCount) {
    FaultPlan plan(1);
    plan.add(rule(R"({"count":2,"fault":{"status":500}})"), t0);

    EXPECT_EQ(status_for(plan, east), 500U);
    EXPECT_EQ(status_for(plan, west), 500U);
    EXPECT_EQ(status_for(plan, east), 200U);
}

TEST(FaultPlan, MeetsEveryNthRequest) {
    FaultPlan plan(1);
    plan.add(rule(R"({"every":3,"fault":{"status":500}})"), t0);

    std::vector<unsigned> seen;
    for (int request = 0; request < 6; ++request) { seen.push_back(status_for(plan, east)); }

    EXPECT_EQ(seen, (std::vector<unsigned>{200, 200, 500, 200, 200, 500}));
}

TEST(FaultPlan, HoldsFromItsBeginningToItsEnd) {
    FaultPlan plan(1);
    plan.add(rule(R"({"after_s":10,"for_s":0.5,"fault":{"status":500}})"), t0);

    EXPECT_EQ(status_for(plan, east, t0 + 9999ms), 200U);
    EXPECT_EQ(status_for(plan, east, t0 + 10s), 500U);
    EXPECT_EQ(status_for(plan, east, t0 + 10500ms), 200U);
}

TEST(FaultPlan, LeavesItToTheNextRuleWhereOneDoesNotApply) {
    FaultPlan plan(1);
    plan.add(rule(R"({"count":1,"fault":{"status":500}})"), t0);
    plan.add(rule(R"({"fault":{"status":429}})"), t0);

    EXPECT_EQ(status_for(plan, east), 500U);
    EXPECT_EQ(status_for(plan, east), 429U);
}

TEST(FaultPlan, MeetsAboutTheShareThatChanceGivesItAndTheSameForOneSeed) {
    FaultPlan plan(7);
    FaultPlan again(7);
    const Json half = rule(R"({"probability":0.5,"fault":{"status":500}})");
    plan.add(half, t0);
    again.add(half, t0);

    int met = 0;
    for (int request = 0; request < 1000; ++request) {
        const unsigned status = status_for(plan, east);
        ASSERT_EQ(status, status_for(again, east));
        met += status == 500 ? 1 : 0;
    }
    EXPECT_NEAR(met, 500, 80);
}

TEST(FaultPlan, KeepsConnectionsAndRequestsApart) {
    FaultPlan plan(1);
    plan.add(rule(R"({"resource":"east","count":1,"fault":{"reset":true}})"), t0);
    plan.add(rule(R"({"resource":"west","for_s":5,"fault":{"refuse":"all"}})"), t0);

    EXPECT_EQ(status_for(plan, east), 200U);
    EXPECT_TRUE(plan.take_reset("east", t0));
    EXPECT_FALSE(plan.take_reset("east", t0));
    EXPECT_EQ(plan.refusing("west", t0 + 4s), Refuse::all_connections);
    EXPECT_EQ(plan.refusing("west", t0 + 5s), Refuse::none);
    EXPECT_EQ(plan.refusing("east", t0), Refuse::none);
}

TEST(FaultPlan, RefusesWhatItDoesNotKnow) {
    FaultPlan plan(1);
    for (const char* text :
         {R"({"fault":{"stauts":500}})", R"({"fualt":{}})", R"({"fault":{"cut":"here"}})",
          R"({"fault":{"status":"500"}})", R"({"fault":{"form":"no such body"}})", R"([])"}) {
        EXPECT_THROW(plan.add(rule(text), t0), InputError) << text;
    }
    EXPECT_TRUE(plan.to_json().empty());
}

}  // namespace
}  // namespace spillway_sim
