#include "tools/azure_import.hpp"

#include "config/issues.hpp"
#include "spillway/config_load.hpp"
#include "tools/azure_geography.hpp"
#include "tools/azure_inventory.hpp"
#include "tools/table_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

const std::string east =
    "/subscriptions/1/resourceGroups/ai/providers/"
    "Microsoft.CognitiveServices/accounts/acme-east";

std::string account(const std::string& kind = "OpenAI", const std::string& more = "") {
    return R"({"type": "Microsoft.CognitiveServices/accounts", "id": ")" + east +
           R"(", "name": "acme-east", "kind": ")" + kind +
           R"(", "location": "eastus", "properties": {"endpoint": )"
           R"("https://acme-east.openai.azure.com/")" +
           more + "}}";
}

struct Deployment {
    std::string name = "chat";
    std::string sku = "Standard";
    std::string limits = "null";
    std::string model = "gpt-4o";
    std::string state = "Succeeded";
};

std::string json(const Deployment& deployment) {
    return R"({"type": "Microsoft.CognitiveServices/accounts/deployments", "id": ")" + east +
           "/deployments/" + deployment.name + R"(", "name": ")" + deployment.name +
           R"(", "sku": {"name": ")" + deployment.sku +
           R"(", "capacity": 30}, "properties": {"model": {"format": "OpenAI", "name": ")" +
           deployment.model + R"(", "version": "1"}, "provisioningState": ")" + deployment.state +
           R"(", "rateLimits": )" + deployment.limits + "}}";
}

std::string imported(const std::string& documents) {
    AzureInventory inventory;
    Issues issues;
    read_azure("[" + documents + "]", inventory, issues);
    EXPECT_FALSE(issues.has_errors());
    return table_text(import_azure(inventory));
}

std::string with(const Deployment& deployment) {
    return imported(account() + "," + json(deployment));
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

LoadedConfig loaded(const std::string& table) {
    return load_config(table, [](std::string_view) { return std::optional<std::string>("key"); });
}

TEST(AzureImport, MakesATableThatTheLoaderHasNothingToSayAbout) {
    const LoadedConfig table = loaded(with(Deployment{}));

    EXPECT_TRUE(table.issues.empty());
    ASSERT_TRUE(table.config);
    EXPECT_EQ(table.config->resources.front().endpoint.host, "acme-east.openai.azure.com");
    EXPECT_EQ(table.config->resources.front().geography, "us");
    EXPECT_EQ(table.config->deployments.front().deployment, "chat");
    EXPECT_EQ(table.config->routes.front().name, "gpt-4o");
    EXPECT_EQ(table.config->routes.front().aliases, std::vector<std::string>{"chat"});
}

TEST(AzureImport, CountsLimitsPerMinuteAndTakesTheTightest) {
    const std::string limits = R"([{"key": "request", "renewalPeriod": 10, "count": 50},
        {"key": "token", "renewalPeriod": 60.0, "count": 50000.0},
        {"key": "token", "renewalPeriod": 1, "count": 500},
        {"key": "token", "renewalPeriod": 0, "count": 1}, {"key": "token", "count": -4}])";
    const LoadedConfig table = loaded(with({.limits = limits}));

    ASSERT_TRUE(table.config);
    EXPECT_EQ(table.config->deployments.front().rpm, 300);
    EXPECT_EQ(table.config->deployments.front().tpm, 30'000);
}

TEST(AzureImport, SaysThatItTookTheCapacityForALimit) {
    const std::string table = with(Deployment{});

    EXPECT_TRUE(has(table, "tpm: 30k  # assumed: capacity 30, in units of 1K")) << table;
    EXPECT_TRUE(has(table, "# no rpm")) << table;
}

TEST(AzureImport, KnowsNoTokensPerMinuteOfProvisionedThroughput) {
    for (const char* sku :
         {"ProvisionedManaged", "DataZoneProvisionedManaged", "GlobalProvisionedManaged"}) {
        const LoadedConfig table = loaded(with({.sku = sku}));
        ASSERT_TRUE(table.config) << sku;
        EXPECT_EQ(table.config->deployments.front().tpm, 0) << sku;
    }
}

TEST(AzureImport, TriesProvisionedThroughputFirstAndTheNearestNext) {
    std::string documents = account();
    for (const char* sku : {"GlobalStandard", "DataZoneStandard", "Standard",
                            "GlobalProvisionedManaged", "ProvisionedManaged"}) {
        documents += "," + json({.name = sku, .sku = sku});
    }
    const LoadedConfig table = loaded(imported(documents));

    ASSERT_TRUE(table.config);
    std::vector<std::vector<std::string>> tiers;
    for (const auto& tier : table.config->routes.front().tiers) {
        tiers.emplace_back();
        for (const DeploymentId id : tier) {
            tiers.back().push_back(table.config->deployments[index(id)].deployment);
        }
    }
    const std::vector<std::vector<std::string>> expected = {
        {"GlobalProvisionedManaged", "ProvisionedManaged"},
        {"Standard"},
        {"DataZoneStandard"},
        {"GlobalStandard"}};
    EXPECT_EQ(tiers, expected);
}

TEST(AzureImport, PromisesResidencyOnlyWhereEverythingStays) {
    EXPECT_TRUE(has(with({.sku = "Standard"}), "residency: us  # assumed"));
    EXPECT_TRUE(has(with({.sku = "DataZoneStandard"}), "residency: us  # assumed"));
    EXPECT_TRUE(has(with({.sku = "GlobalStandard"}), "# no residency"));
    EXPECT_TRUE(has(imported(account() + "," + json({.name = "a"}) + "," +
                             json({.name = "b", .sku = "GlobalStandard"})),
                    "# no residency"));
}

TEST(AzureImport, SaysWhatItLeavesOut) {
    const std::string fine = account() + "," + json(Deployment{}) + ",";
    struct Case {
        std::string document;
        std::string words;
    };
    const std::vector<Case> cases = {
        {json({.name = "b", .sku = "GlobalBatch"}), "# - acme-east/b: GlobalBatch: batch types"},
        {json({.name = "b", .sku = "DeveloperTier"}), "# - acme-east/b: DeveloperTier"},
        {json({.name = "b", .sku = "Quantum"}), "# - acme-east/b: its type `Quantum` is not known"},
        {json({.name = "b", .state = "Creating"}), "its state is `Creating`"},
        {json({.name = "chat-2", .model = "chat"}), "the name chat: cannot be an alias of gpt-4o"},
    };
    for (const Case& test : cases) {
        const std::string table = imported(fine + test.document);
        EXPECT_TRUE(has(table, test.words)) << test.words << "\n" << table;
        EXPECT_TRUE(loaded(table).config) << table;
    }
    EXPECT_TRUE(has(imported(account("SpeechServices") + "," + json(Deployment{})),
                    "accounts of kind SpeechServices have no models"));
    EXPECT_TRUE(has(imported(account()), "none of its deployments is in this table"));
    EXPECT_TRUE(has(imported(json(Deployment{})), "its account is not in the input"));
}

TEST(AzureImport, GivesANameThatStandsForTwoModelsToNeither) {
    std::string elsewhere = account() + "," + json({.name = "prod", .model = "gpt-4.1"});
    for (std::size_t at = 0; (at = elsewhere.find("acme-east", at)) != std::string::npos;) {
        elsewhere.replace(at, 9, "acme-west");
    }
    const std::string table = imported(account() + "," + json({.name = "prod"}) + "," + elsewhere);

    EXPECT_FALSE(has(table, "aliases:")) << table;
    EXPECT_TRUE(has(table, "# - the name prod: cannot be an alias of gpt-4o:")) << table;
    EXPECT_TRUE(has(table, "# - the name prod: cannot be an alias of gpt-4.1:")) << table;
}

TEST(AzureImport, TellsAnAccountThatRefusesKeys) {
    const std::string table = imported(account("OpenAI", R"(, "disableLocalAuth": true)") + "," +
                                       json(Deployment{}));

    EXPECT_TRUE(has(table, "# the account refuses keys")) << table;
}

TEST(AzureImport, TakesOpenAIsEndpointOfAnAiServicesAccount) {
    const std::string endpoints = R"(, "endpoints": {"AI Foundry API": "https://x.test/",
        "OpenAI Language Model Instance API": "https://acme.openai.azure.com/"})";
    const LoadedConfig table = loaded(imported(account("AIServices", endpoints) + "," +
                                               json(Deployment{})));

    ASSERT_TRUE(table.config);
    EXPECT_EQ(table.config->resources.front().kind, ResourceKind::azure_v1);
    EXPECT_EQ(table.config->resources.front().endpoint.host, "acme.openai.azure.com");
}

TEST(AzureImport, LeavesOutWhatDoesNotFitIntoARoute) {
    std::string documents = account();
    for (int i = 0; i < 33; ++i) { documents += "," + json({.name = "n" + std::to_string(i)}); }
    const std::string table = imported(documents);

    EXPECT_TRUE(has(table, "# - acme-east/n32: a route has at most 32 deployments")) << table;
    EXPECT_TRUE(loaded(table).issues.empty());
}

TEST(AzureInventory, SaysWhereAFileIsWrong) {
    struct Case {
        std::string json;
        std::string words;
    };
    const std::vector<Case> cases = {
        {"", "1:1: not valid JSON"},
        {"[\n {]", "2:3: not valid JSON"},
        {"\xFF\xFE[", "0:0: is UTF-16"},
        {std::string(100, '['), "0:0: nested deeper than 32 levels"},
        {"[3]", "0:0: [0]is neither an account nor a deployment"},
        {R"({"type": "microsoft.cognitiveservices/ACCOUNTS"})", "an account without `id`"},
        {std::string(azure_bytes_max + 1, ' '), "larger than"},
    };
    for (const Case& test : cases) {
        AzureInventory inventory;
        Issues issues;
        read_azure(test.json, inventory, issues);
        ASSERT_TRUE(issues.has_errors()) << test.words;
        const ConfigIssue issue = issues.in_file_order().front();
        const std::string said = std::to_string(issue.line) + ":" + std::to_string(issue.column) +
                                 ": " + issue.path + issue.message;
        EXPECT_TRUE(has(said, test.words)) << said;
    }
}

TEST(AzureGeography, KnowsRegionsInBothSpellings) {
    EXPECT_EQ(azure_geography(azure_region("Sweden Central")), "eu");
    EXPECT_EQ(azure_geography(azure_region("eastus2euap")), "us");
    EXPECT_EQ(azure_geography("westeurope"), "eu");
    EXPECT_EQ(azure_geography("uksouth"), "uk");
    EXPECT_EQ(azure_geography("usgovvirginia"), "usgov");
    EXPECT_EQ(azure_geography("southindia"), "in");
    EXPECT_EQ(azure_geography("eastasia"), "hk");
    EXPECT_EQ(azure_geography("moonbase"), "");
    EXPECT_EQ(azure_geography(""), "");
}

}  // namespace
}  // namespace spillway
