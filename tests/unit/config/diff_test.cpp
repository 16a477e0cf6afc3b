#include "config/diff.hpp"

#include "config/field_groups.hpp"
#include "config/settings.hpp"
#include "unit/config/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spillway {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string before_text = R"(listen: 127.0.0.1:8080
workers: 2
admin: {listen: 127.0.0.1:9091}
credentials: {key: {api_key: {env: AOAI_KEY}}}
resources: {east: {endpoint: "https://acme.openai.azure.com", credential: key}}
deployments:
  chat-east: {resource: east, tpm: 100k}
  chat-spare: {resource: east}
routes: {gpt-4o: {tiers: [[chat-east], [chat-spare]]}}
drain: {timeout: 10m}
log: {access: stdout}
)";

Config loaded(std::string text, const std::string& from = {}, const std::string& to = {}) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    LoadedConfig result = load(text);
    EXPECT_TRUE(result.config) << describe_all(result, "routes.yaml", text);
    return *std::move(result.config);
}

std::vector<std::string> changes(const std::string& from, const std::string& to) {
    return diff(loaded(before_text), loaded(before_text, from, to));
}

TEST(Diff, IsEmptyForTheSameTableInOtherWords) {
    EXPECT_THAT(changes("tpm: 100k", "tpm: 100000"), IsEmpty());
}

TEST(Diff, NamesAChangedValueWithItsEntry) {
    EXPECT_THAT(changes("tpm: 100k", "tpm: 200k"),
                ElementsAre("~ deployment chat-east: tpm 100k -> 200k"));
    EXPECT_THAT(changes("timeout: 10m", "timeout: 1m"), ElementsAre("~ drain.timeout 10m -> 1m"));
    EXPECT_THAT(changes("tpm: 100k", "weight: 3"),
                ElementsAre("~ deployment chat-east: tpm 100k -> unlimited",
                            "~ deployment chat-east: weight 1 -> 3"));
}

TEST(Diff, NamesWhatACallerMayDo) {
    const std::string caller = "allow_anonymous: true\ncallers: {_anonymous: {tpm: 1k, ";
    const auto with = [&](const std::string& rest) {
        return loaded(before_text + caller + rest + "}}\n");
    };
    const Config before = with("routes: [gpt-4o], budget: {day: {tokens: 1M}}, tags: {team: x}");
    const Config after = with("budget: {day: {tokens: 2M, money: 2.5}}, tags: {team: y}");

    EXPECT_THAT(diff(before, after),
                ElementsAre("~ caller _anonymous: budget.day.money unlimited -> 2.5",
                            "~ caller _anonymous: budget.day.tokens 1M -> 2M",
                            "~ caller _anonymous: routes [gpt-4o] -> all",
                            "~ caller _anonymous: tags.team x -> y"));
}

TEST(Diff, NamesWhatCameAndWhatWent) {
    EXPECT_THAT(changes("  chat-spare: {resource: east}\nroutes: {gpt-4o: {tiers: [[chat-east], "
                        "[chat-spare]]}}",
                        "  chat-west: {resource: east}\nroutes: {gpt-4o: {tiers: [[chat-east], "
                        "[chat-west]]}}"),
                ElementsAre("- deployment chat-spare", "+ deployment chat-west",
                            "~ route gpt-4o: tiers [[chat-east], [chat-spare]] -> [[chat-east], "
                            "[chat-west]]"));
}

TEST(Diff, TellsThatAKeyChangedAndNeverTheKey) {
    const std::string another = "canary-of-another-key";
    Variables variables = usual_variables;
    variables["AOAI_KEY"] = another;
    const Config after = *load_config(before_text, environment(variables)).config;

    const auto lines = diff(loaded(before_text), after);

    EXPECT_THAT(lines, ElementsAre("~ credential key: another key"));
}

TEST(Diff, FollowsNamesAndNotPositions) {
    // chat-spare comes first now: the same table.
    EXPECT_THAT(
        changes("  chat-east: {resource: east, tpm: 100k}\n  chat-spare: {resource: east}\n",
                "  chat-spare: {resource: east}\n  chat-east: {resource: east, tpm: 100k}\n"),
        IsEmpty());
}

TEST(Diff, KnowsWhatNeedsARestart) {
    const auto fixed = [](const std::string& from, const std::string& to) {
        return needing_restart(loaded(before_text), loaded(before_text, from, to));
    };

    EXPECT_THAT(fixed("8080", "8081"), ElementsAre("listen"));
    EXPECT_THAT(fixed("9091", "9092"), ElementsAre("admin.listen"));
    EXPECT_THAT(fixed("workers: 2", "workers: 3"), ElementsAre("workers"));
    EXPECT_THAT(fixed("access: stdout", "access: stderr"), ElementsAre("log.access"));
    EXPECT_THAT(fixed("tpm: 100k", "tpm: 200k"), IsEmpty());
    EXPECT_THAT(fixed("access: stdout", "level: debug"), IsEmpty());
}

// A key that the loader knows and the diff does not would change without a word.
TEST(Settings, HaveEveryKeyOfAnEntry) {
    const Config config = loaded(before_text);
    Config filled;
    const auto all = settings(config);
    const auto expect_all = [&all](const Shape& shape, const SettingsOf& of) {
        for (const Row& row : shape.map()) {
            const bool nested = row.shape.map && !row.shape.scalar;
            const std::string prefix = row.key + (nested ? "." : "");
            EXPECT_THAT(all.at(of), Contains(testing::Key(testing::StartsWith(prefix)))) << of.name;
        }
    };

    expect_all(resource(filled, filled.resources.emplace_back()), {"resource", "east"});
    expect_all(deployment(filled, filled.deployments.emplace_back()), {"deployment", "chat-east"});
}

// It has those of its kind only.
TEST(Settings, HaveEveryKeyOfACredentialsKind) {
    Config config = loaded(before_text);
    CredentialConfig filled;
    for (const Row& kind : credential(filled).map()) {
        static_cast<void>(kind.shape.map());  // chooses the kind
        config.credentials[0].kind = filled.kind;
        const Settings of_kind = settings(config).at({"credential", "key"});
        EXPECT_THAT(of_kind, Contains(testing::Key(testing::StartsWith(kind.key))));
        if (kind.shape.scalar) { continue; }
        for (const Row& row : kind.shape.map()) {
            EXPECT_TRUE(of_kind.contains(kind.key + "." + row.key)) << kind.key << " " << row.key;
        }
    }
}

}  // namespace
}  // namespace spillway
