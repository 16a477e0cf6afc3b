#include "tools/litellm_import.hpp"

#include "config/issues.hpp"
#include "spillway/config_load.hpp"
#include "tools/litellm_config.hpp"
#include "tools/table_text.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace spillway {
namespace {

using namespace std::chrono_literals;

TableDraft draft(const std::string& yaml) {
    Issues issues;
    const auto config = read_litellm(yaml, issues);
    EXPECT_TRUE(config) << yaml;
    return config ? import_litellm(*config) : TableDraft{};
}

/// One model and what else stands in the file.
std::string with(const std::string& params, const std::string& rest = "") {
    return "model_list:\n- model_name: gpt-4o\n  litellm_params: {" + params + "}\n" + rest;
}

const std::string azure = R"(model: azure/prod, api_base: "https://acme.openai.azure.com/",
    api_key: os.environ/KEY, api_version: "2024-10-21")";

/// The table, which must load without a word.
Config config(const std::string& yaml) {
    const std::string text = table_text(draft(yaml));
    LoadedConfig loaded = load_config(text, [](std::string_view name) {
        return std::optional<std::string>(name == "BASE" ? "https://named.test" : "key");
    });
    for (const ConfigIssue& issue : loaded.issues) {
        ADD_FAILURE() << describe(issue, "table", text);
    }
    return loaded.config ? *std::move(loaded.config) : Config{};
}

/// "path: why" of every leftover, one a line.
std::string leftovers(const std::string& yaml) {
    std::string lines;
    for (const Leftover& leftover : draft(yaml).leftovers) {
        lines += leftover_text(leftover) + "\n";
    }
    return lines;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(LitellmImport, MakesAResourceADeploymentAndARoute) {
    const Config table = config(with(azure + ", tpm: 100_000, rpm: 600, weight: 3"));

    ASSERT_EQ(table.deployments.size(), 1U);
    EXPECT_EQ(table.resources[0].kind, ResourceKind::azure);
    EXPECT_EQ(table.resources[0].endpoint.host, "acme.openai.azure.com");
    EXPECT_EQ(table.resources[0].api_version, "2024-10-21");
    EXPECT_EQ(table.credentials[0].secret.variable, "KEY");
    EXPECT_EQ(table.deployments[0].deployment, "prod");
    EXPECT_EQ(table.deployments[0].tpm, 100'000);
    EXPECT_EQ(table.deployments[0].rpm, 600);
    EXPECT_EQ(table.deployments[0].weight, 3U);
    EXPECT_EQ(table.routes[0].name, "gpt-4o");
    EXPECT_EQ(leftovers(with(azure)), "");
}

TEST(LitellmImport, ReadsTheKindFromProviderBaseAndVersion) {
    struct Case {
        std::string params;
        ResourceKind kind;
        std::string host;
        std::string path;
        std::string deployment;
    };
    const std::string key = ", api_key: os.environ/KEY";
    const std::vector<Case> cases = {
        {"model: azure/o_series/o3, api_base: 'https://a.test'" + key, ResourceKind::azure,
         "a.test", "", "o3"},
        {"model: azure/x, api_base: 'https://a.test/openai/v1/'" + key, ResourceKind::azure_v1,
         "a.test", "", "x"},
        {"model: azure/x, api_base: 'https://a.test', api_version: preview" + key,
         ResourceKind::azure_v1, "a.test", "", "x"},
        {"model: azure/x, api_base: "
         "'https://a.test/openai/deployments/x/chat/completions?api-version=1'" +
             key,
         ResourceKind::azure, "a.test", "", "x"},
        {"model: azure/x, api_base: os.environ/BASE" + key, ResourceKind::azure, "named.test", "",
         "x"},
        {"model: openai/gpt-4o", ResourceKind::openai, "api.openai.com", "/v1", "gpt-4o"},
        {"model: gpt-4o", ResourceKind::openai, "api.openai.com", "/v1", "gpt-4o"},
        {"model: hosted_vllm/a/b, api_base: 'https://v.test/v1'" + key, ResourceKind::openai,
         "v.test", "/v1", "a/b"},
        {"model: x/y, custom_llm_provider: openai, api_base: 'https://v.test/v1'" + key,
         ResourceKind::openai, "v.test", "/v1", "x/y"},
    };
    for (const Case& test : cases) {
        const Config table = config(with(test.params));
        ASSERT_EQ(table.resources.size(), 1U) << test.params;
        EXPECT_EQ(table.resources[0].kind, test.kind) << test.params;
        EXPECT_EQ(table.resources[0].endpoint.host, test.host) << test.params;
        EXPECT_EQ(table.resources[0].endpoint.path, test.path) << test.params;
        EXPECT_EQ(table.deployments[0].deployment, test.deployment) << test.params;
    }
}

TEST(LitellmImport, OrdersTiersAndAppendsFallbacks) {
    const Config table = config(R"(model_list:
- {model_name: a, litellm_params: {model: azure/late, api_base: os.environ/BASE}}
- {model_name: a, litellm_params: {model: azure/second, api_base: os.environ/BASE, order: 2}}
- {model_name: a, litellm_params: {model: azure/first, api_base: os.environ/BASE, order: 1}}
- {model_name: b, litellm_params: {model: azure/other, api_base: os.environ/BASE}}
litellm_settings: {fallbacks: [{a: [b]}]}
)");
    std::string order;
    for (const auto& tier : table.routes[0].tiers) {
        for (const DeploymentId id : tier) { order += table.deployments[index(id)].deployment; }
        order += " ";
    }
    EXPECT_EQ(order, "first second late other ");
    EXPECT_EQ(table.deployments.size(), 4U) << "one that serves two routes is written once";
}

TEST(LitellmImport, TakesTheRoutersSettings) {
    const std::string router = R"(
router_settings: {num_retries: 2, timeout: 120, stream_timeout: 1.5, allowed_fails: 3,
                  cooldown_time: 90, routing_strategy: simple-shuffle,
                  model_group_alias: {gpt-4: gpt-4o, gpt-3: {model: gpt-4o}}}
litellm_settings: {num_retries: 2}
)";
    const Config table = config(with(azure, router));

    EXPECT_EQ(table.routes[0].retries.attempts, 3U);
    EXPECT_EQ(table.routes[0].timeouts.total, 120s);
    EXPECT_EQ(table.routes[0].timeouts.first_event, 1500ms);
    EXPECT_EQ(table.breaker.consecutive_failures, 4U);
    EXPECT_EQ(table.breaker.open_base, 90s);
    EXPECT_EQ(table.routes[0].aliases, (std::vector<std::string>{"gpt-4", "gpt-3"}));
    EXPECT_EQ(leftovers(with(azure, router)), "");
}

TEST(LitellmImport, BelievesTheRouterBeforeTheLibrary) {
    const std::string yaml = with(azure,
                                  "litellm_settings: {num_retries: 7, request_timeout: 60}\n"
                                  "router_settings: {num_retries: 1}\n");
    const Config table = config(yaml);

    EXPECT_EQ(table.routes[0].retries.attempts, 2U);
    EXPECT_EQ(table.routes[0].timeouts.total, 60s);
    EXPECT_TRUE(has(leftovers(yaml), "litellm_settings.num_retries: "));
}

TEST(LitellmImport, StaysWithinWhatATableTakes) {
    const Config table = config(with(azure, R"(
router_settings: {num_retries: 50, stream_timeout: 3600, allowed_fails: 1000}
)"));

    EXPECT_EQ(table.routes[0].retries.attempts, 10U);
    EXPECT_EQ(table.routes[0].timeouts.first_event, table.routes[0].timeouts.total);
    EXPECT_EQ(table.breaker.consecutive_failures, 255U);
}

TEST(LitellmImport, NamesEverythingThatItDoesNotTake) {
    const std::string said = leftovers(with(azure + ", temperature: 0.1, timeout: 5, weight: 0.5",
                                            R"(
  model_info: {mode: chat}
  guess: 1
router_settings: {routing_strategy: least-busy, redis_host: h, timeout: 0, num_retries: many,
                  fallbacks: [{gpt-4o: [nobody]}, {no: [gpt-4o]}], model_group_alias: {x: nobody}}
litellm_settings: {drop_params: true, num_retries: 1}
general_settings: {master_key: sk-1}
environment_variables: {A: b}
include: [other.yaml]
)"));
    for (const char* path :
         {"model_list[0].litellm_params.temperature: ", "model_list[0].litellm_params.timeout: ",
          "model_list[0].litellm_params.weight: ", "model_list[0].model_info.mode: ",
          "model_list[0].guess: ", "router_settings.routing_strategy: ",
          "router_settings.redis_host: ", "router_settings.timeout: ",
          "router_settings.num_retries: ", "router_settings.fallbacks[0].gpt-4o: ",
          "router_settings.fallbacks[1].no: ", "router_settings.model_group_alias.x: ",
          "litellm_settings.drop_params: ", "general_settings.master_key: ",
          "environment_variables.A: ", "include: "}) {
        EXPECT_TRUE(has(said, path)) << path << "\n" << said;
    }
}

TEST(LitellmImport, NamesModelsItCannotServe) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"model: anthropic/claude", "the provider `anthropic` is not served"},
        {"model: llama", "names no provider"},
        {"model: azure/", "names no model"},
        {"model: hosted_vllm/x", "needs an `api_base`"},
        {"model: openai/x, api_base: 'https://v.test/v1/chat/completions'",
         "write https://v.test/v1"},
        {"model: openai/x, api_base: nowhere", "`api_base` has to begin with https://"},
        {"model: openai/x, api_key: os.environ/1", "`api_key` names no variable"},
        {"tpm: 3", "needs `model_name` and `litellm_params.model`"},
    };
    for (const auto& [params, words] : cases) {
        EXPECT_TRUE(has(leftovers(with(params)), "model_list[0]: ")) << params;
        EXPECT_TRUE(has(leftovers(with(params)), words)) << leftovers(with(params));
    }
}

TEST(LitellmImport, ShowsNoSecret) {
    const std::string yaml = with(R"(model: azure/x, api_base: os.environ/BASE, api_key: s3cret-1,
        client_secret: s3cret-2, extra_headers: {a: s3cret-3})",
                                  "general_settings: {master_key: s3cret-4}\n"
                                  "environment_variables: {A: s3cret-5}\n"
                                  "router_settings: {timeout: s3cret-6}\n");
    const std::string text = table_text(draft(yaml));

    EXPECT_FALSE(has(text, "s3cret")) << text;
    EXPECT_TRUE(has(text, "# the key stood in the input itself")) << text;
}

TEST(LitellmImport, AppliesMergeKeys) {
    const Config
        table = config(R"(shared: &shared {model: azure/x, api_base: os.environ/BASE, tpm: 5}
model_list:
- {model_name: a, litellm_params: {tpm: 7, <<: *shared}}
- {model_name: b, litellm_params: {<<: [{rpm: 3}, *shared], model: azure/y}}
)");
    ASSERT_EQ(table.deployments.size(), 2U);
    EXPECT_EQ(table.deployments[0].tpm, 7);
    EXPECT_EQ(table.deployments[0].deployment, "x");
    EXPECT_EQ(table.deployments[1].rpm, 3);
    EXPECT_EQ(table.deployments[1].deployment, "y");
}

TEST(LitellmConfig, SaysWhereAFileIsWrong) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"model_list: [", ""},
        {"a: 1", "has no `model_list`"},
        {"model_list: {}", "has no `model_list`"},
        {"model_list: []\nmodel_list: []", "stands here twice"},
        {"model_list: [{<<: 3}]", "only a map can be merged"},
    };
    for (const auto& [yaml, words] : cases) {
        Issues issues;
        EXPECT_FALSE(read_litellm(yaml, issues)) << yaml;
        ASSERT_TRUE(issues.has_errors()) << yaml;
        EXPECT_TRUE(has(issues.in_file_order().front().message, words)) << yaml;
        EXPECT_GT(issues.in_file_order().front().line, 0U) << yaml;
    }
}

}  // namespace
}  // namespace spillway
