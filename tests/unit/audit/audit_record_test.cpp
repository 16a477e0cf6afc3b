#include "audit/audit_record.hpp"

#include "spillway/config/caller.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace spillway {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const AuditRecord& record) {
    std::string line;
    append_audit_line(line, record);
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    EXPECT_EQ(line.back(), '\n');
    return line;
}

Json parsed(const AuditRecord& record) { return Json::parse(line_of(record)); }

std::vector<std::string> keys_of(const Json& object) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items()) { keys.push_back(key); }
    return keys;
}

constexpr AuditPlace east{"gpt-4o-east", "east", "eastus", "us"};
constexpr AuditPlace west{"gpt-4o-west", "west", "westus3", "us"};
const std::array attempts = {AuditAttempt{east, 429, Reason::throttled_tokens},
                             AuditAttempt{west, 200, Reason::none}};

const std::map<std::string, std::string> two_tags = {{"team", "red"}, {"app", "bot"}};

AuditRecord full_record() {
    AuditRecord record;
    record.request_id = "req_01";
    record.caller = "billing";
    record.identified_by = "key:k7f3";
    record.cost_center = "4711";
    record.tags = &two_tags;
    record.peer = "10.0.0.7";
    record.operation = Operation::chat_completions;
    record.route = "gpt-4o";
    record.model = "gpt-4o-prod";
    record.attempts = attempts;
    record.attempt_count = 2;
    record.residency = "us";
    record.status = 200;
    record.detail = "why";
    record.usage = Usage{10, 5, 2, 1};
    record.cost = 125'000;
    record.filter.note({FilterVerdict::Of::completion, "violence", "low", false, false});
    record.request_bytes = 17;
    record.request_sha256 = "9f86";
    record.request = KeptBody{"{\"a\":\"\n\"}", 1, true};
    record.answer = KeptBody{"hello", 0, false};
    return record;
}

TEST(AuditRecord, HasTheKeysOfItsDocument) {
    const std::vector<std::string> keys = {"kind",
                                           "at",
                                           "request_id",
                                           "caller",
                                           "identified_by",
                                           "cost_center",
                                           "tags",
                                           "peer",
                                           "operation",
                                           "route",
                                           "model",
                                           "stream",
                                           "deployment",
                                           "resource",
                                           "region",
                                           "geography",
                                           "residency",
                                           "residency_held",
                                           "attempts",
                                           "attempt_count",
                                           "outcome",
                                           "status",
                                           "detail",
                                           "input_tokens",
                                           "output_tokens",
                                           "cached_input_tokens",
                                           "reasoning_output_tokens",
                                           "cost",
                                           "content_filter",
                                           "request_bytes",
                                           "request_sha256",
                                           "request",
                                           "answer"};
    EXPECT_EQ(keys_of(parsed(full_record())), keys);
}

TEST(AuditRecord, NamesWhereTheAnswerCameFrom) {
    const Json line = parsed(full_record());
    EXPECT_EQ(line["deployment"], "gpt-4o-west");
    EXPECT_EQ(line["region"], "westus3");
    EXPECT_EQ(line["attempts"][0]["reason"], "throttled_tokens");
    EXPECT_EQ(line["attempts"][1]["geography"], "us");
    EXPECT_EQ(line["residency_held"], true);
}

TEST(AuditRecord, SaysWhoPaysAndHowMuch) {
    AuditRecord record = full_record();
    EXPECT_EQ(parsed(record)["tags"], Json::parse(R"({"app":"bot","team":"red"})"));
    EXPECT_NE(line_of(record).find(R"("cost":0.000125,)"), std::string::npos);

    record.usage.reset();
    record.estimated_tokens = 300;
    EXPECT_EQ(parsed(record)["estimated_tokens"], 300);
    EXPECT_FALSE(parsed(record).contains("input_tokens"));
}

TEST(AuditRecord, LeavesOutWhatThereIsNot) {
    AuditRecord record;
    record.request_id = "req_02";
    record.peer = "::1";
    const std::vector<std::string> keys = {"kind",          "at",      "request_id",
                                           "peer",          "stream",  "attempts",
                                           "attempt_count", "outcome", "request_bytes"};
    EXPECT_EQ(keys_of(parsed(record)), keys);
}

TEST(AuditRecord, KeepsVerdictsApartAndTheWorstOfEach) {
    AuditRecord record = full_record();
    record.filter.note({FilterVerdict::Of::prompt, "jailbreak", "", true, true});
    record.filter.note({FilterVerdict::Of::completion, "violence", "high", true, false});
    record.filter.note({FilterVerdict::Of::completion, "violence", "low", false, false});
    record.filter.note_stop();

    const Json filter = parsed(record)["content_filter"];
    EXPECT_EQ(filter["prompt"],
              Json::parse(R"([{"category":"jailbreak","filtered":true,"detected":true}])"));
    EXPECT_EQ(filter["completion"],
              Json::parse(R"([{"category":"violence","severity":"high","filtered":true}])"));
    EXPECT_EQ(filter["stopped"], true);
}

TEST(AuditRecord, KeepsBodiesAsText) {
    const Json line = parsed(full_record());
    EXPECT_EQ(line["request"]["text"], "{\"a\":\"\n\"}");
    EXPECT_EQ(line["request"]["redacted"], 1);
    EXPECT_EQ(line["request"]["cut"], true);
    EXPECT_EQ(line["answer"]["cut"], false);
}

TEST(AuditRecord, IsOneLineOfBoundedLengthWhateverItIsGiven) {
    const std::string evil(100'000, '\x01');
    AuditRecord record = full_record();
    const AuditPlace place{evil, evil, evil, evil};
    const std::vector<AuditAttempt> many(12, AuditAttempt{place, 503, Reason::server_error});
    record.attempts = many;
    for (std::string_view* text : {&record.request_id, &record.caller, &record.identified_by,
                                   &record.cost_center, &record.peer, &record.route, &record.model,
                                   &record.residency, &record.detail, &record.request_sha256}) {
        *text = evil;
    }
    std::map<std::string, std::string> tags;
    for (std::size_t i = 0; i < caller_tags_max; ++i) {
        tags[std::string(62, 't') + std::to_string(10 + i)] = evil;
    }
    record.tags = &tags;
    record.request.reset();
    record.answer.reset();
    EXPECT_LE(line_of(record).size(), audit_line_bytes_max);
    EXPECT_TRUE(Json::accept(line_of(record)));
}

TEST(AuditRecord, KeepsBodiesWholeThatHaveToBeEscaped) {
    AuditRecord record = full_record();
    record.request = KeptBody{std::string(1000, '\x01'), 0, false};
    EXPECT_EQ(parsed(record)["request"]["text"], std::string(1000, '\x01'));
}

}  // namespace
}  // namespace spillway
