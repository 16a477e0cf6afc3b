#include "tools/table_text.hpp"

#include "config/issues.hpp"
#include "config/yaml_reader.hpp"
#include "spillway/config_load.hpp"
#include "tools/draft_names.hpp"
#include "tools/starter_table.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

/// What a reader of YAML makes of `yaml`.
std::string read(const std::string& yaml) {
    Issues issues;
    const auto root = read_yaml("a: " + yaml + "\n", issues);
    EXPECT_FALSE(issues.has_errors()) << yaml;
    return root ? root->find("a")->text : "";
}

TEST(TableText, QuotesWhatWouldMeanSomethingElse) {
    EXPECT_EQ(yaml_text("gpt-4o"), "gpt-4o");
    for (const std::string text :
         {"null", "True", "no", "4", "2024-10-21", "-", "a: b", "a #b", "*x", "\"", "\\",
          "line\nbreak", "\x7F", "\xEF\xBF\xBE", "\xF0\x9F\x98\x80", "\xC2\x9F", ""}) {
        EXPECT_EQ(yaml_text(text).front(), '"') << text;
        EXPECT_EQ(read(yaml_text(text)), text);
    }
    EXPECT_EQ(yaml_text("${HOME}"), "\"$${HOME}\"") << "nothing of the input is a variable";
    EXPECT_EQ(yaml_variable("HOME"), "\"${HOME}\"");
}

TEST(TableText, LetsNoCommentEndBeforeItsLine) {
    const Leftover leftover{0, 0, "a\nlisten: b", std::string("c\r\0\x7F\xFF", 5)};
    const std::string text = leftover_text(leftover);

    EXPECT_EQ(text.find_first_of("\r\n"), std::string::npos);
    EXPECT_LT(leftover_text({0, 0, std::string(5000, 'x'), {}}).size(), 300U);
}

TEST(TableText, CountsTheLeftoversItDoesNotList) {
    TableDraft draft{"a test", "127.0.0.1:1", {}, {}};
    draft.leftovers.resize(leftovers_in_table_max + 7, {0, 0, "it", "is left"});

    EXPECT_NE(table_text(draft).find("# - and 7 more"), std::string::npos);
}

TEST(DraftNames, GivesEachNameOnceAndOnlyValidOnes) {
    DraftNames names(NameRule::plain);

    EXPECT_EQ(names.take("a b/c"), "a-b-c");
    EXPECT_EQ(names.take("a-b-c"), "a-b-c-2");
    EXPECT_EQ(names.take("a-b-c-2"), "a-b-c-2-2");
    EXPECT_EQ(names.take(""), "unnamed");
    const std::string longest = names.take(std::string(100, 'x'));
    const std::string next = names.take(std::string(100, 'x'));
    EXPECT_TRUE(is_name(longest, NameRule::plain));
    EXPECT_TRUE(is_name(next, NameRule::plain));
    EXPECT_NE(longest, next);
    EXPECT_EQ(DraftNames(NameRule::model).take("a/b:c"), "a/b:c");
    EXPECT_EQ(variable_name("KEY_", "acme-east.1"), "KEY_ACME_EAST_1");
    EXPECT_EQ(name_after_variable("AZURE_KEY"), "azure-key");
}

TEST(StarterTable, LoadsWithTheKeysItNames) {
    const LoadedConfig loaded = load_config(starter_table(),
                                            [](std::string_view name)
                                                -> std::optional<std::string> {
                                                for (const std::string_view variable :
                                                     starter_variables) {
                                                    if (name == variable) { return "key"; }
                                                }
                                                return std::nullopt;
                                            });

    EXPECT_TRUE(loaded.config);
    EXPECT_TRUE(loaded.issues.empty());
}

}  // namespace
}  // namespace spillway
