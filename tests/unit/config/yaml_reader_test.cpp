#include "config/yaml_reader.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

struct Read {
    std::optional<YamlNode> root;
    std::vector<ConfigIssue> issues;
};

Read read(std::string_view text) {
    Issues issues;
    auto root = read_yaml(text, issues);
    return {std::move(root), issues.in_file_order()};
}

TEST(YamlReader, GivesEveryValueItsPlaceAndPath) {
    const Read result = read("a:\n  b: [x, {c: y}]\n");

    const YamlNode& c = *result.root->find("a")->find("b")->items[1].find("c");
    EXPECT_EQ(c.place.line, 2U);
    EXPECT_EQ(c.place.column, 14U);
    EXPECT_EQ(c.place.path, "a.b[1].c");
}

TEST(YamlReader, CountsColumnsInCharacters) {
    const Read result = read("é: \"ü\"\nß日: {x: y}\n");

    EXPECT_EQ(result.root->find("é")->place.column, 4U);
    EXPECT_EQ(result.root->find("ß日")->find("x")->place.column, 9U);
}

TEST(YamlReader, LeavesScalarsAsTheyAreWritten) {
    const Read result = read("a: no\nb: 010\nc: 1e3\nd: 'x'\ne: 2024-10-21\n");

    EXPECT_EQ(result.root->find("a")->text, "no");
    EXPECT_EQ(result.root->find("b")->text, "010");
    EXPECT_EQ(result.root->find("c")->text, "1e3");
    EXPECT_EQ(result.root->find("e")->text, "2024-10-21");
}

TEST(YamlReader, AnAbsentValueStandsAtItsKey) {
    const Read result = read("a:\n\n\nb: 1\n");

    EXPECT_EQ(result.root->find("a")->kind, YamlNode::Kind::null);
    EXPECT_EQ(result.root->find("a")->place.line, 1U);
}

TEST(YamlReader, KeepsTheFirstOfDuplicateKeysAndReportsTheSecond) {
    const Read result = read("a: 1\nb: 2\na: 3\n");

    EXPECT_EQ(result.root->find("a")->text, "1");
    ASSERT_EQ(result.issues.size(), 1U);
    EXPECT_EQ(result.issues[0].line, 3U);
    EXPECT_EQ(result.issues[0].suggestion, "the first one is in line 1");
}

TEST(YamlReader, AnAliasIsACopyInItsOwnPlace) {
    const Read result = read("a: &x {k: [1]}\nb: *x\n");

    const YamlNode& copy = *result.root->find("b");
    EXPECT_EQ(copy.place.line, 2U);
    EXPECT_EQ(copy.find("k")->items[0].place.path, "b.k[0]");
    EXPECT_TRUE(result.issues.empty());
}

TEST(YamlReader, RefusesMergeKeysTagsAndSeveralDocuments) {
    EXPECT_EQ(read("a: &x {k: 1}\nb:\n  <<: *x\n").issues.size(), 1U);
    EXPECT_EQ(read("a: !!int 1\n").issues.size(), 1U);
    EXPECT_EQ(read("a: !include x\n").issues.size(), 1U);
    EXPECT_FALSE(read("a: 1\n---\na: 2\n").root);
    EXPECT_FALSE(read("a: 1\n---\n").root);
}

TEST(YamlReader, AByteOrderMarkIsNoPartOfTheText) {
    EXPECT_EQ(read("\xEF\xBB\xBF"
                   "a: 1\n")
                  .root->find("a")
                  ->text,
              "1");
}

TEST(YamlReader, ReadsWindowsLineEnds) {
    const Read result = read("a: 1\r\nb: x\r\n");

    EXPECT_EQ(result.root->find("b")->text, "x");
    EXPECT_EQ(result.root->find("b")->place.line, 2U);
}

TEST(YamlReader, RefusesBytesThatAreNoText) {
    for (const std::string_view text :
         {std::string_view("a: \0\n", 5), std::string_view("a: \xC0\x80\n"),
          std::string_view("a: \xED\xA0\x80\n"), std::string_view("a: \xF4\x90\x80\x80\n"),
          std::string_view("a: \xE2\x82"),
          std::string_view("\xFF\xFE"
                           "a"),
          std::string_view("a: \x1B[31m\n")}) {
        EXPECT_FALSE(read(text).root) << text;
    }
}

TEST(YamlReader, BoundsDepth) {
    const auto nested = [](std::size_t depth) {
        return "a: " + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "\n";
    };
    EXPECT_TRUE(read(nested(yaml_depth_max)).root);
    EXPECT_FALSE(read(nested(yaml_depth_max + 2)).root);
    EXPECT_FALSE(read(nested(100'000)).root);
}

TEST(YamlReader, BoundsTheNumberOfValuesAliasesIncluded) {
    std::string bomb = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string below = "*l" + std::to_string(i - 1);
        bomb += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [" + below;
        for (int j = 1; j < 10; ++j) { bomb += ", " + below; }
        bomb += "]\n";
    }
    EXPECT_FALSE(read(bomb).root);
}

TEST(YamlReader, BoundsTheSizeOfTheText) {
    const std::string full = "a: " + std::string(yaml_bytes_max - 4, 'x') + "\n";
    EXPECT_TRUE(read(full).root);
    EXPECT_FALSE(read(full + "\n").root);
}

}  // namespace
}  // namespace spillway
