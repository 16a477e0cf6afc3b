#include "wire/json.hpp"

#include "wire/json_quote.hpp"
#include "wire/marker.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace spillway {
namespace {

using Kind = JsonValue::Kind;

struct KindCase {
    std::string_view text;
    Kind kind;
    bool has_content;
};

TEST(JsonValue, KnowsKindsAndEmptiness) {
    constexpr KindCase cases[] = {
        {"null", Kind::null, false},       {"true", Kind::boolean, true},
        {"false", Kind::boolean, true},    {"0", Kind::number, true},
        {"-1.5e3,", Kind::number, true},   {"\"\"", Kind::string, false},
        {" \"x\"", Kind::string, true},    {"[]", Kind::array, false},
        {"[ ]", Kind::array, false},       {"[0]", Kind::array, true},
        {"{}", Kind::object, false},       {"{ \n}", Kind::object, false},
        {"{\"a\":1}", Kind::object, true}, {"", Kind::none, false},
        {"nul", Kind::none, false},        {"\"x", Kind::none, false},
        {"[1", Kind::none, false},         {"{\"a\":\"}", Kind::none, false},
        {"}", Kind::none, false},          {",", Kind::none, false},
    };
    for (const KindCase& each : cases) {
        const JsonValue value = JsonValue::parse(each.text);
        EXPECT_EQ(value.kind(), each.kind) << each.text;
        EXPECT_EQ(value.has_content(), each.has_content) << each.text;
    }
}

TEST(JsonValue, FindsMembersByName) {
    const JsonValue
        value = JsonValue::parse(R"( { "a" : "}]\"" , "b":[1,{"c":"x"}], "c" : { "a":2 } } )");

    EXPECT_EQ(value["a"].text(), R"(}]\")");
    EXPECT_EQ(value["c"]["a"].integer(), 2);
    EXPECT_EQ(value["d"].kind(), Kind::none);
    EXPECT_EQ(value["a"]["x"].kind(), Kind::none);
    EXPECT_EQ(value["d"]["x"]["y"].kind(), Kind::none);
}

TEST(JsonValue, GoesThroughItems) {
    std::vector<std::string_view> items;
    JsonMembers members(JsonValue::parse(R"([ 1 , "a,b" , [2,3] , {} ])"));
    while (members.next()) { items.push_back(members.value().text()); }

    EXPECT_EQ(items, (std::vector<std::string_view>{"1", "a,b", "[2,3]", "{}"}));
}

TEST(JsonValue, UnescapesStrings) {
    const auto string_of = [](std::string_view text) { return JsonValue::parse(text).string(100); };

    EXPECT_EQ(string_of(R"("a\"\\\/\b\f\n\r\tz")"), "a\"\\/\b\f\n\r\tz");
    EXPECT_EQ(string_of(R"("\u0041\u00e9\u20ac\ud83d\ude00")"),
              "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    EXPECT_EQ(string_of(R"("\ud83d")"), "\xEF\xBF\xBD");
    EXPECT_EQ(string_of(R"("\ud83d\u0041")"),
              "\xEF\xBF\xBD"
              "A");
    EXPECT_EQ(string_of(R"("\ude00x")"),
              "\xEF\xBF\xBD"
              "x");
    EXPECT_EQ(string_of(R"("\uzzzzx")"),
              "\xEF\xBF\xBD"
              "x");
    EXPECT_EQ(string_of(R"("\u12")"), "\xEF\xBF\xBD");
    EXPECT_EQ(string_of("429"), "429");
    EXPECT_EQ(string_of("null"), "");
    EXPECT_EQ(string_of("{}"), "");
}

TEST(JsonValue, CutsStringsBetweenCharacters) {
    const JsonValue value = JsonValue::parse(
        "\"ab\xC3\xA9"
        "c\"");

    EXPECT_EQ(value.string(2), "ab");
    EXPECT_EQ(value.string(3), "ab");
    EXPECT_EQ(value.string(4), "ab\xC3\xA9");
    EXPECT_EQ(value.string(0), "");
    EXPECT_EQ(JsonValue::parse(R"("a\u20ac")").string(3), "a");
}

TEST(JsonValue, ReadsOnlyWholeNumbers) {
    EXPECT_EQ(JsonValue::parse("-9223372036854775808").integer(), INT64_MIN);
    EXPECT_FALSE(JsonValue::parse("9223372036854775808").integer());
    EXPECT_FALSE(JsonValue::parse("1.0").integer());
    EXPECT_FALSE(JsonValue::parse("\"1\"").integer());
}

TEST(JsonValue, SurvivesAnyNesting) {
    const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
    EXPECT_EQ(JsonValue::parse(deep).kind(), Kind::array);
    EXPECT_EQ(JsonValue::parse(std::string(1'000'000, '[')).kind(), Kind::none);
}

TEST(JsonQuoted, IsReadBackAsTheSameText) {
    std::string all;
    for (int c = 0; c < 0x80; ++c) { all += static_cast<char>(c); }
    all += "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBD\xF4\x8F\xBF\xBF";

    const std::string token = json_quoted(all);

    EXPECT_EQ(nlohmann::json::parse(token).get<std::string>(), all);
    EXPECT_EQ(token.find('\n'), std::string::npos);
    EXPECT_EQ(token.find('\x7F'), std::string::npos);
}

TEST(JsonQuoted, ReplacesWhatIsNotUtf8) {
    for (const std::string_view text : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80",
                                        "\xF4\x90\x80\x80", "\xFF", "\xF0\x9F\x98", "\xE2\x82"}) {
        const std::string token = json_quoted("a" + std::string(text) + "b");
        const std::string read = nlohmann::json::parse(token).get<std::string>();
        EXPECT_TRUE(read.starts_with("a\xEF\xBF\xBD")) << token;
        EXPECT_TRUE(read.ends_with("b")) << token;
    }
}

TEST(Utf8Prefix, DoesNotEndInsideACharacter) {
    EXPECT_EQ(utf8_prefix("abc", 3), "abc");
    EXPECT_EQ(utf8_prefix("abc", 2), "ab");
    EXPECT_EQ(utf8_prefix("\xF0\x9F\x98\x80", 3), "");
    EXPECT_EQ(utf8_prefix("\x80\x80\x80", 2), "");
}

TEST(FindMarker, FindsTheFirstAtEveryPosition) {
    constexpr std::string_view marker = "\"usage\"";
    for (std::size_t size = marker.size(); size < 80; ++size) {
        for (std::size_t at = 0; at + marker.size() <= size; ++at) {
            std::string text(size, '"');
            text.replace(at, marker.size(), marker);
            EXPECT_EQ(find_marker(text, marker), text.find(marker)) << size << " " << at;
        }
    }
}

TEST(FindMarker, FindsNothingWhereNothingIs) {
    for (std::size_t size = 0; size < 80; ++size) {
        std::string text;
        while (text.size() < size) { text += "\"usagE\"u\"usage"; }
        text.resize(size);
        EXPECT_EQ(find_marker(text, "\"usage\""), text.find("\"usage\"")) << text;
    }
}

}  // namespace
}  // namespace spillway
