#include "telemetry/json_text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace spillway {
namespace {

using namespace std::chrono_literals;

std::string quoted(std::string_view text, std::size_t bytes_max = 1000) {
    std::string out;
    append_json_string(out, text, bytes_max);
    return out;
}

TEST(JsonString, LeavesPlainTextAndUtf8AsTheyAre) {
    EXPECT_EQ(quoted("gpt-4o /v1"), "\"gpt-4o /v1\"");
    EXPECT_EQ(quoted("gr\u00fc\u00df \U0001F600"), "\"gr\u00fc\u00df \U0001F600\"");
}

TEST(JsonString, EscapesWhatBreaksLinesOrTerminals) {
    EXPECT_EQ(quoted("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(quoted("a\r\nb\tc"), R"("a\r\nb\tc")");
    EXPECT_EQ(quoted(std::string_view("\0\x1b\x7f", 3)), R"("\u0000\u001b\u007f")");
    EXPECT_EQ(quoted("\u2028\u2029"), R"("\u2028\u2029")");
}

TEST(JsonString, ReplacesBytesThatAreNotUtf8) {
    EXPECT_EQ(quoted("a\xff"
                     "b"),
              R"("a\ufffdb")");
    EXPECT_EQ(quoted("\xc0\xaf"), R"("\ufffd\ufffd")") << "overlong";
    EXPECT_EQ(quoted("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")") << "surrogate";
    EXPECT_EQ(quoted("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")") << "above U+10FFFF";
    EXPECT_EQ(quoted("\xe2\x82"), R"("\ufffd\ufffd")") << "cut short";
}

TEST(JsonString, CutsBetweenCharactersAndEscapes) {
    EXPECT_EQ(quoted("abcdefgh", 8), "\"abcdefgh\"");
    EXPECT_EQ(quoted("abcdefghi", 8), "\"abcde\u2026\"");
    EXPECT_EQ(quoted("abcd\u00fcefgh", 8), "\"abcd\u2026\"") << "\u00fc would end at byte 6";
    EXPECT_EQ(quoted("ab\x01\x02", 8), "\"ab\u2026\"") << "half an escape is no escape";
}

TEST(JsonString, IsNeverLongerThanAskedForAndAlwaysJson) {
    const std::string hostile = "a\"\\\n\xff\u2028\xe2\x80\U0001F600\x7f\u00fcz";
    for (std::size_t length = 0; length <= hostile.size(); ++length) {
        for (std::size_t bytes_max = 3; bytes_max < 40; ++bytes_max) {
            const std::string out = quoted(hostile.substr(0, length), bytes_max);

            EXPECT_LE(out.size(), bytes_max + 2);
            EXPECT_TRUE(nlohmann::json::accept(out)) << out;
        }
    }
}

TEST(JsonTime, IsUtcWithMicroseconds) {
    using namespace std::chrono;
    const WallTime at = sys_days{2026y / November / 22} + 14h + 2min + 11s + 1234us;
    std::string out;

    append_json_time(out, at);

    EXPECT_EQ(out, "\"2026-11-22T14:02:11.001234Z\"");
}

TEST(JsonObject, WritesMembersInOrder) {
    std::string out;
    JsonObject object(out);
    object.text("text", "x", 10);
    object.number("number", -7);
    object.milliseconds("ms", 12'345'678ns);
    object.milliseconds("negative", -1ms);
    object.value("raw") += "[]";
    object.finish();

    EXPECT_EQ(out, R"({"text":"x","number":-7,"ms":12.345,"negative":0.000,"raw":[]})");
}

}  // namespace
}  // namespace spillway
