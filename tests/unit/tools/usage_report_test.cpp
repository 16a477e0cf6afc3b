#include "tools/usage_report.hpp"

#include "tools/usage_text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <string>

namespace spillway {
namespace {

using namespace std::chrono_literals;

UsageReport report_by(const std::string& keys, const std::string& from = "",
                      const std::string& to = "") {
    return UsageReport({read_day(from), read_day(to), *read_usage_keys(keys)});
}

std::string request(const std::string& day, const std::string& more) {
    return R"({"kind":"request","at":")" + day + R"(T23:59:59.999999Z",)" + more + "}";
}

const std::string ann = R"("caller":"ann","model":"gpt-4o","input_tokens":10,"output_tokens":5,)"
                        R"("cached_input_tokens":4,"reasoning_output_tokens":1,"cost":0.000125)";
const std::string bob = R"("caller":"bob","tags":{"team":"red"},"estimated_tokens":7,"cost":1.5)";

void add(UsageReport& report, const std::string& line) {
    EXPECT_EQ(report.add(line), std::nullopt);
}

TEST(UsageReport, AddsUpByDayAndByWhatIsAsked) {
    UsageReport report = report_by("caller");
    for (const std::string& line : {request("2026-11-02", ann), request("2026-11-01", ann),
                                    request("2026-11-01", bob), request("2026-11-01", ann)}) {
        add(report, line);
    }
    EXPECT_EQ(usage_csv(report),
              "day,caller,requests,input_tokens,cached_input_tokens,output_tokens,"
              "reasoning_output_tokens,estimated_tokens,cost\n"
              "2026-11-01,ann,2,20,8,10,2,0,0.00025\n"
              "2026-11-01,bob,1,0,0,0,0,7,1.5\n"
              "2026-11-02,ann,1,10,4,5,1,0,0.000125\n");
}

TEST(UsageReport, GroupsByTagsAndLeavesEmptyWhatALineDoesNotSay) {
    UsageReport report = report_by("tag:team,model");
    for (const std::string& more : {ann, bob}) { add(report, request("2026-11-01", more)); }
    const auto& groups = report.groups();
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_TRUE(groups.contains({"2026-11-01", "", "gpt-4o"}));
    EXPECT_TRUE(groups.contains({"2026-11-01", "red", ""}));
}

TEST(UsageReport, IncludesBothDaysAndNothingBeyond) {
    UsageReport report = report_by("", "2026-11-02", "2026-11-03");
    for (const char* day : {"2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"}) {
        add(report, request(day, ann));
    }
    ASSERT_EQ(report.groups().size(), 2U);
    EXPECT_EQ(report.groups().begin()->first.front(), "2026-11-02");
    EXPECT_EQ(report.groups().rbegin()->first.front(), "2026-11-03");
}

TEST(UsageReport, PassesOverOtherLinesButCountsWhatTheySayIsMissing) {
    UsageReport report = report_by("caller");
    EXPECT_EQ(report.add(R"({"kind":"head","at":"2026-11-01T00:00:00.000000Z"})"), std::nullopt);
    EXPECT_EQ(report.add(R"({"kind":"dropped","lines":3})"), std::nullopt);
    EXPECT_EQ(report.add(R"({"kind":"dropped","lines":-3})"), std::nullopt);
    EXPECT_EQ(report.dropped(), 3U);
    EXPECT_TRUE(report.groups().empty());
}

TEST(UsageReport, TakesATornLineThatTheNextHeadExplains) {
    UsageReport report = report_by("caller");
    EXPECT_EQ(report.add(R"({"kind":"requ)"), std::nullopt);
    EXPECT_EQ(report.add(R"({"kind":"head","torn":13})"), std::nullopt);
    EXPECT_EQ(report.end_of_file(), std::nullopt);
}

TEST(UsageReport, RefusesATornLineThatNothingExplains) {
    for (const char* next : {R"({"kind":"head","torn":12})", R"({"kind":"dropped","torn":13})"}) {
        UsageReport report = report_by("caller");
        EXPECT_EQ(report.add(R"({"kind":"requ)"), std::nullopt);
        EXPECT_EQ(report.add(next), "the line before it is not a line of an audit stream: no JSON");
    }
    UsageReport report = report_by("caller");
    EXPECT_EQ(report.add("spillway"), std::nullopt);
    EXPECT_EQ(report.end_of_file(), "is not a line of an audit stream: no JSON");
    EXPECT_EQ(report.end_of_file(), std::nullopt) << "said once";
}

TEST(UsageReport, RefusesWhatIsNoAuditStream) {
    UsageReport report = report_by("caller");
    EXPECT_EQ(report.add("[]"), "is not a line of an audit stream: no object");
    EXPECT_EQ(report.add(""), "is not a line of an audit stream: no object");
    EXPECT_EQ(report.add(R"({"time":"x"})"), "is not a line of an audit stream: no `kind`");
    EXPECT_EQ(report.add(R"({"kind":"request","at":"yesterday"})"),
              "is not a line of an audit stream: `at` is no time");
}

TEST(UsageReport, SurvivesNumbersNobodyCanMean) {
    UsageReport report = report_by("caller");
    for (int i = 0; i < 3; ++i) {
        add(report,
            request("2026-11-01", R"("input_tokens":18446744073709551615,"output_tokens":-1,)"
                                  R"("cached_input_tokens":1e300,"cost":1e300)"));
        add(report, request("2026-11-01", R"("cost":-5)"));
    }
    const UsageSum& sum = report.groups().begin()->second;
    EXPECT_EQ(sum.tokens, (Usage{3'000'000'000'000, 0, 0, 0}));
    EXPECT_EQ(sum.cost, std::numeric_limits<Money>::max());
}

TEST(UsageReport, GivesUpWhenEveryRequestIsAGroup) {
    UsageReport report = report_by("caller");
    std::optional<std::string> trouble;
    std::size_t lines = 0;
    while (!trouble) {
        trouble = report.add(request("2026-11-01",
                                     R"("caller":")" + std::to_string(lines++) + R"(")"));
    }
    EXPECT_EQ(lines, UsageReport::groups_max + 1);
    EXPECT_EQ(*trouble,
              "is one group too many: more than 100000, ask for fewer keys or fewer days");
}

TEST(UsageDay, IsADateThatExists) {
    EXPECT_EQ(read_day("2026-11-26"), std::chrono::sys_days(2026y / 11 / 26));
    for (const char* text : {"", "2026-02-29", "2026-13-01", "2026-1-1", "26-11-2026", "2026-11-2x",
                             "2026/11/26", "2026-11-26T", "-026-11-26", "+026-11-26"}) {
        EXPECT_EQ(read_day(text), std::nullopt) << text;
    }
}

TEST(UsageKeys, AreKnownOnceEach) {
    EXPECT_EQ(*read_usage_keys("route,caller,route,tag:team"),
              (std::vector<std::string>{"route", "caller", "tag:team"}));
    EXPECT_TRUE(read_usage_keys("")->empty());
    EXPECT_EQ(read_usage_keys("caller,cost").error(),
              "nothing can be grouped by `cost`; there are: caller, cost_center, route, model, "
              "deployment, resource, region, operation, outcome, tag:NAME");
    EXPECT_TRUE(read_usage_keys("tag:").has_error());
}

TEST(UsageText, QuotesForSpreadsheetsAndDisarmsFormulas) {
    UsageReport report = report_by("caller,model");
    add(report, request("2026-11-01", R"-("caller":"a,\"b\"\n","model":"=HYPERLINK()")-"));
    EXPECT_NE(usage_csv(report).find("\n2026-11-01,\"a,\"\"b\"\"\n\",'=HYPERLINK(),1,"),
              std::string::npos)
        << usage_csv(report);
}

TEST(UsageText, SaysTheSameAsJson) {
    UsageReport report = report_by("caller");
    add(report, request("2026-11-01", ann));
    EXPECT_EQ(nlohmann::json::parse(usage_json(report)), nlohmann::json::parse(R"([
        {"day": "2026-11-01", "caller": "ann", "requests": 1, "input_tokens": 10,
         "cached_input_tokens": 4, "output_tokens": 5, "reasoning_output_tokens": 1,
         "estimated_tokens": 0, "cost": 0.000125}])"));
    EXPECT_EQ(usage_json(report_by("caller")), "[]\n");
}

TEST(UsageText, AlignsColumnsForPeopleAndAddsThemUp) {
    UsageReport report = report_by("caller");
    add(report, request("2026-11-01", R"("caller":"z\u00fc\u0007","input_tokens":12345678901234)"));
    add(report, request("2026-11-01", R"("cost":2)"));
    EXPECT_EQ(usage_table(report),
              "day         caller  requests   input_tokens  cached_input_tokens  output_tokens  "
              "reasoning_output_tokens  estimated_tokens  cost\n"
              "2026-11-01  -              1              0                    0              0  "
              "                      0                 0     2\n"
              "2026-11-01  z\u00fc?            1  1000000000000                    0              "
              "0                        0                 0     0\n"
              "all         -              2  1000000000000                    0              0  "
              "                      0                 0     2\n");
}

}  // namespace
}  // namespace spillway
