#include "telemetry/access_log.hpp"

#include "spillway/config/caller.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>

namespace spillway {
namespace {

using namespace std::chrono_literals;

AccessRecord failed_over_stream() {
    using namespace std::chrono;
    AccessRecord record;
    record.at = sys_days{2026y / November / 22} + 14h + 2min + 11s + 123'456us;
    record.request_id = "req_01";
    record.upstream_request_id = "0d5a";
    record.peer = "10.0.0.7:51234";
    record.method = "POST";
    record.target = "/openai/deployments/gpt-4o/chat/completions";
    record.user_agent = "AzureOpenAI/Python 2.8.0";
    record.route = "gpt-4o";
    record.operation = Operation::chat_completions;
    record.stream = true;
    record.status = 200;
    record.attempts = {{"gpt-4o-east", 429, Reason::throttled_tokens, 3210us, true, false},
                       {"gpt-4o-west", 200, Reason::none, 1534ms, false, true}};
    record.estimate = 1800;
    record.usage = Usage{1234, 321, 1024, 64};
    record.bytes_in = 5120;
    record.bytes_out = 40960;
    record.total = 1540123us;
    record.first_token = 412ms;
    record.overhead = 187us;
    return record;
}

std::string line_of(const AccessRecord& record) {
    std::string out;
    append_access_line(out, record);
    return out;
}

TEST(AccessLine, SaysEverythingInTheDocumentedKeys) {
    const std::string expected =
        R"({"time":"2026-11-22T14:02:11.123456Z","request_id":"req_01","peer":"10.0.0.7:51234",)"
        R"("method":"POST","path":"/openai/deployments/gpt-4o/chat/completions","route":"gpt-4o",)"
        R"("api":"chat/completions","stream":true,"status":200,"outcome":"ok",)"
        R"("attempts":[{"deployment":"gpt-4o-east","status":429,"reason":"throttled_tokens",)"
        R"("ms":3.210,"reused":true},)"
        R"({"deployment":"gpt-4o-west","status":200,"ms":1534.000,"reused":false,"probe":true}],)"
        R"("estimated_tokens":1800,"input_tokens":1234,"output_tokens":321,)"
        R"("cached_input_tokens":1024,"reasoning_output_tokens":64,"bytes_in":5120,)"
        R"("bytes_out":40960,"duration_ms":1540.123,"first_token_ms":412.000,)"
        R"("overhead_ms":0.187,"upstream_request_id":"0d5a",)"
        R"("user_agent":"AzureOpenAI/Python 2.8.0"})"
        "\n";

    EXPECT_EQ(line_of(failed_over_stream()), expected);
}

TEST(AccessLine, IsTheExampleOfTheDocument) {
    std::ifstream file(SPILLWAY_DOCS "/access-log.md");
    const std::string document{std::istreambuf_iterator<char>(file), {}};

    EXPECT_NE(document.find(line_of(failed_over_stream())), std::string::npos);
}

TEST(AccessLine, LeavesOutWhatThereWasNot) {
    const auto line = nlohmann::json::parse(line_of(AccessRecord{}));

    EXPECT_FALSE(line.contains("status"));
    EXPECT_FALSE(line.contains("api"));
    EXPECT_FALSE(line.contains("input_tokens"));
    EXPECT_FALSE(line.contains("first_token_ms"));
    EXPECT_FALSE(line.contains("detail"));
    EXPECT_EQ(line["attempts"].size(), 0U);
}

TEST(AccessLine, EveryKeyIsDocumented) {
    std::ifstream file(SPILLWAY_DOCS "/access-log.md");
    const std::string document{std::istreambuf_iterator<char>(file), {}};
    AccessRecord record = failed_over_stream();
    record.detail = "why";
    const std::map<std::string, std::string> tags{{"team", "desk"}};
    record.caller = "agents";
    record.cost_center = "4711";
    record.tags = &tags;
    record.cost = 1;
    record.skipped = "a:open";

    const auto line = nlohmann::json::parse(line_of(record));
    for (const auto& [key, value] : line.items()) {
        EXPECT_NE(document.find("| `" + key + "` |"), std::string::npos) << key;
    }
}

/// D-7: whatever callers send, each request is one valid JSON line of at most 8 KiB.
TEST(AccessLine, StaysOneBoundedJsonLineWhateverItIsGiven) {
    const std::string pieces[] = {"\r\n",   "\x1b[2J",  std::string(1, '\0'),
                                  "\u2028", "\xff\xfe", "\"\\"};
    std::size_t longest = 0;
    int broken = 0;
    for (const std::string& piece : pieces) {
        std::string hostile;
        while (hostile.size() < std::size_t{1024} * 1024) { hostile += piece; }
        AccessRecord record = failed_over_stream();
        for (std::string_view* text :
             {&record.request_id, &record.upstream_request_id, &record.peer, &record.method,
              &record.target, &record.user_agent, &record.route, &record.detail, &record.skipped}) {
            *text = hostile;
        }
        // As much as a table may have.
        const std::map<std::string, std::string> tags{
            {"team", std::string(caller_tags_bytes_max - 5, 'x')}, {"a", ""}};
        record.tags = &tags;
        record.attempts.assign(AccessRecord::attempts_max,
                               {hostile, -2147483647, Reason::timeout_first_event, 100h, false,
                                true});

        const std::string line = line_of(record);

        longest = std::max(longest, line.size());
        const bool one_line = line.find('\n') == line.size() - 1;
        if (!one_line || !nlohmann::json::accept(line)) { ++broken; }
    }
    const bool pass = broken == 0 && longest <= access_line_bytes_max;
    std::printf("D-7 %zu longest-line/bytes %zu %s\n", longest, access_line_bytes_max,
                pass ? "PASS" : "FAIL");
    EXPECT_EQ(broken, 0);
    EXPECT_LE(longest, access_line_bytes_max);
}

}  // namespace
}  // namespace spillway
