#include "unit/config/table.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

TEST(Describe, ShowsWhereWhatTheLineAndWhatToWriteInstead) {
    const ConfigIssue issue{
        ConfigIssue::Severity::error, 2, 10, "workers", "is no number", "write 2"};

    EXPECT_EQ(describe(issue, "a.yaml", "listen: x\nworkers: two\n"),
              "a.yaml:2:10: error: workers: is no number\n"
              "    workers: two\n"
              "             ^\n"
              "  write 2");
}

TEST(Describe, PutsTheCaretUnderTheCharacterBehindTabsAndWideLetters) {
    const ConfigIssue issue{ConfigIssue::Severity::warning, 1, 6, "", "here", ""};

    EXPECT_EQ(describe(issue, "f", "\té: ßx\n"), "f:1:6: warning: here\n    \té: ßx\n    \t    ^");
}

TEST(Describe, AnIssueWithoutAPlaceHasNoLine) {
    const ConfigIssue issue{ConfigIssue::Severity::error, 0, 0, "", "too large", ""};

    EXPECT_EQ(describe(issue, "f", "text"), "f: error: too large");
}

const std::string secret = "S3cr3tS3cr3t";

// However a key gets into a table, and whatever is wrong with it, no message may show it.
TEST(Describe, NeverShowsAKey) {
    for (const std::string& credentials :
         {"{a: {api_key: " + secret + "}}", "{a: {api_key: " + secret + ", nonsense: 1}}",
          "{a: {\"api_key\":\"" + secret + ",}\", nonsense: 1}}", "{a: {apikey: " + secret + "}}",
          "{a: " + secret + "}", "{a: [" + secret + "]}", "{a: {api_key: [" + secret + "]}}",
          "{é: {x: 1}, a: {api_key: " + secret + "}}",
          "{a: {api_key: \"" + secret + " " + secret + "\"}}",
          "{a: {api_key: {env: 1" + secret + "}}}", "\n  a:\n    api_key:\n      " + secret,
          "\n  a:\n    api_key: " + secret + ", x}", "\n  a:\n    api_key: |\n      " + secret,
          "\n  a:\n    key: " + secret, "\n  a:\n    " + secret,
          "\n  a b: {api_key: " + secret + "}", "\n\n# x\n  a: " + secret}) {
        const std::string yaml = "credentials: " + credentials + "\nnonsense: 1\n";
        const std::string shown = describe_all(load(yaml), "f", yaml);
        EXPECT_EQ(shown.find(secret), std::string::npos) << shown;
        EXPECT_NE(shown.find("credentials."), std::string::npos) << shown;
    }
}

TEST(Describe, NeverShowsAKeyOfATableInJson) {
    const std::string yaml = "{\n  \"credentials\": {\n    \"a\": \"" + secret +
                             "\"\n  },\n  \"x\": 1\n}\n";

    const std::string shown = describe_all(load(yaml), "f", yaml);
    EXPECT_EQ(shown.find(secret), std::string::npos) << shown;
}

TEST(Describe, NeverShowsAKeyThatStandsInAnotherPlace) {
    const std::string yaml = "listen: 127.0.0.1:8080\nresources: {a: {api-key: " + secret + "}}\n";

    const std::string shown = describe_all(load(yaml), "f", yaml);
    EXPECT_EQ(shown.find(secret), std::string::npos) << shown;
}

TEST(Describe, ShowsTheNamesOfVariablesAndFiles) {
    const std::string yaml =
        "credentials:\n  a: {api_key: {env: NOT_SET}}\n  b: {api_key: {file: /nonexistent/key}}\n";

    const std::string shown = describe_all(load(yaml), "f", yaml);
    EXPECT_NE(shown.find("    a: {api_key: {env: NOT_SET}}"), std::string::npos) << shown;
    EXPECT_NE(shown.find("    b: {api_key: {file: /nonexistent/key}}"), std::string::npos) << shown;
}

}  // namespace
}  // namespace spillway
