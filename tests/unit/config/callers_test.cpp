// Callers and issuers in a table: what is read, and what is refused or warned of.
#include "unit/config/table.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

constexpr const char*
    key_line = "spk1:agents:-28cI81Rln_O_Ig9048jbQ:Jtn3xy0ButPSx8-KttEmrgJg-CdFXBxk_H-AFGYqmWQ";

std::string keyed(const std::string& more = {}) {
    return "{keys: [\"" + std::string(key_line) + "\"]" + more + "}";
}

std::string open_to_all(const std::string& more) {
    std::string yaml = table(more);
    return yaml.replace(yaml.find("127.0.0.1"), 9, "0.0.0.0");
}

TEST(Callers, AreReadWhole) {
    const LoadedConfig loaded = load(table(
        R"(token_issuers:
  acme: {tenant: 01234567-89AB-cdef-0123-456789abcdef, audiences: [api://spillway]}
callers:
  agents:
    tokens: [{issuer: acme, apps: [a], subjects: [b], roles: [c, d], groups: [e]}]
    routes: [gpt-4o]
    operations: [chat/completions, embeddings]
    tpm: 50k
    rpm: 300
    streams: 20
    output_max: 4096
    budget: {day: {tokens: 10M, money: 20.5}, month: {money: 400}}
    priority: low
    cost_center: "4711"
    tags: {team: x}
)"));
    ASSERT_TRUE(loaded.config);
    const TokenIssuerConfig& issuer = loaded.config->token_issuers.at(0);
    EXPECT_EQ(issuer.tenant, "01234567-89ab-cdef-0123-456789abcdef");
    EXPECT_EQ(issuer.authority, "https://login.microsoftonline.com");
    const CallerConfig& caller = loaded.config->callers.at(0);
    EXPECT_EQ(caller.tokens.at(0).roles, (std::vector<std::string>{"c", "d"}));
    EXPECT_EQ(caller.routes, std::vector{RouteId{0}});
    EXPECT_EQ(caller.operations, (std::vector{Operation::chat_completions, Operation::embeddings}));
    EXPECT_EQ(caller.tpm, 50'000);
    EXPECT_EQ(caller.rpm, 300);
    EXPECT_EQ(caller.streams, 20U);
    EXPECT_EQ(caller.output_max, 4096);
    EXPECT_EQ(caller.budget.day, (Amounts{10'000'000, 20 * money_unit + money_unit / 2}));
    EXPECT_EQ(caller.budget.month, (Amounts{0, 400 * money_unit}));
    EXPECT_EQ(caller.priority, Priority::low);
    EXPECT_EQ(caller.cost_center, "4711");
    EXPECT_EQ(caller.tags.at("team"), "x");
}

TEST(Callers, AreNeededWhereOthersCanReachTheGateway) {
    EXPECT_EQ(findings(table()), "");
    EXPECT_EQ(findings(open_to_all("")),
              "error listen: other machines can reach this address, and "
              "nobody is asked who they are\n");
    EXPECT_EQ(findings(open_to_all("callers: {agents: " + keyed() + "}\n")), "");
    EXPECT_EQ(findings(open_to_all("allow_anonymous: true\n")),
              "warning allow_anonymous: whoever can reach 0.0.0.0:8080 is served without showing "
              "who they are\n");
}

TEST(Callers, HaveAProof) {
    EXPECT_EQ(findings(table("callers: {agents: {}}\n")),
              "warning callers.agents: has no key, token or certificate: nobody can be it\n");
    EXPECT_EQ(findings(table("callers: {agents: " + keyed() + ", batch: " + keyed() + "}\n")),
              "error callers.batch.keys[0]: a key of `agents` has the same id\n");
    EXPECT_EQ(findings(table("callers: {agents: {certificates: [CN=a]}}\n")),
              "error callers.agents.certificates: no listener asks for certificates\n");
}

TEST(Callers, NamedAnonymousShowNothing) {
    EXPECT_EQ(findings(table("allow_anonymous: true\ncallers: {_anonymous: {rpm: 5}}\n")), "");
    EXPECT_EQ(findings(table("callers: {_anonymous: {rpm: 5}}\n")),
              "error callers._anonymous: is nobody unless `allow_anonymous: true`\n");
    EXPECT_EQ(findings(table("allow_anonymous: true\ncallers: {_anonymous: " + keyed() + "}\n")),
              "error callers._anonymous: stands for callers that show nothing\n");
}

TEST(Callers, KeyInPlaceOfItsLineIsNotShown) {
    const std::string yaml = table(
        "callers: {agents: {keys: [spk1_agents_fLrJJCZ7Sy59OtFJ3LWYBxGaQEFZyoIe3arueXZw9BI]}}\n");
    const std::string shown = describe_all(load(yaml), "t", yaml);

    EXPECT_NE(shown.find("is a key, and the table holds only its hash"), std::string::npos);
    EXPECT_EQ(shown.find("fLrJ"), std::string::npos) << shown;
}

TEST(Callers, BudgetsAreWarnedOfWhenNothingCanUseThemUp) {
    const std::string agents = "callers: {agents: " + keyed(", budget: {day: {money: 2}}") + "}\n";
    EXPECT_EQ(findings(table(agents)),
              "warning callers.agents.budget: is never used up in money: no deployment that this "
              "caller may use has a price\n");
    std::string priced = table("prices: {list: {input: 1, output: 2}}\n" + agents);
    const std::string deployments = "deployments: {chat-east: {";
    ASSERT_NE(priced.find(deployments), std::string::npos) << priced;
    priced.insert(priced.find(deployments) + deployments.size(), "price: list, ");
    EXPECT_EQ(findings(priced), "");
    EXPECT_NE(findings(table("callers: {a: " + keyed(", budget: {day: {money: 0}}") + "}\n")), "");
    EXPECT_NE(findings(table("callers: {a: " + keyed(", budget: {day: {money: 0.0000001}}") +
                             "}\n")),
              "");
}

TEST(Callers, HaveTagsOfABoundedNumber) {
    std::string tags = "t0: x";
    for (std::size_t i = 1; i < caller_tags_max; ++i) { tags += ", t" + std::to_string(i) + ": x"; }
    const auto tagged = [](const std::string& all) {
        return findings(table("callers: {a: " + keyed(", tags: {" + all + "}") + "}\n"));
    };
    EXPECT_EQ(tagged(tags), "");
    EXPECT_EQ(tagged("t: " + std::string(caller_tags_bytes_max, 'x')),
              "error callers.a.tags: is longer than 512 bytes: it stands in every log line of the "
              "caller\n");
    EXPECT_EQ(tagged("t: 'a\"b'"),
              "error callers.a.tags.t: has a quote, a backslash or a control character in it\n");
    EXPECT_EQ(tagged(tags + ", more: x"), "error callers.a.tags: has more than 16 tags\n");
}

TEST(Callers, KeyHeaderHasNoOtherMeaning) {
    EXPECT_EQ(findings(table("caller_key_header: X-Team-Key\n")), "");
    for (const char* name : {"authorization", "x-request-id", "x-client-request-id", "x-",
                             "x-ms-spillover-deployment", "x team", "user-agent"}) {
        EXPECT_NE(findings(table("caller_key_header: " + std::string(name) + "\n")), "") << name;
    }
}

TEST(TokenIssuers, AreATenantOrAnIssuerWithItsKeys) {
    const auto issuer = [](const std::string& text) {
        return findings(table("token_issuers: {acme: {" + text + "}}\n"));
    };
    const std::string tenant = "tenant: 01234567-89ab-cdef-0123-456789abcdef";

    EXPECT_EQ(issuer(tenant + ", audiences: [api://a]"), "");
    EXPECT_EQ(issuer("issuer: a, jwks_uri: \"https://a.com/keys\", audiences: [b]"), "");
    EXPECT_EQ(issuer("issuer: a, audiences: [b]"),
              "error token_issuers.acme: says not whose tokens and keys\n");
    EXPECT_EQ(issuer(tenant + ", issuer: a, audiences: [b]"),
              "error token_issuers.acme.tenant: issuer and keys follow from the tenant\n");
    EXPECT_EQ(issuer(tenant + ", audiences: []"),
              "error token_issuers.acme.audiences: names no audience: every token would be "
              "refused\n");
    EXPECT_NE(issuer("tenant: common, audiences: [api://a]"), "");
    EXPECT_NE(issuer("issuer: a, jwks_uri: \"http://a.com/keys\", audiences: [b]"), "");
    EXPECT_NE(issuer(tenant + ", audiences: [api://a], leeway: 301s"), "");
}

TEST(TokenIssuers, AreThereOnce) {
    const std::string one = "tenant: 01234567-89ab-cdef-0123-456789abcdef, audiences: [api://a]";
    const std::string other = "issuer: a, jwks_uri: \"https://a.com/keys\", audiences: [b]";
    EXPECT_EQ(findings(table("token_issuers: {acme: {" + one + "}, b: {" + other + "}}\n")), "");
    EXPECT_EQ(findings(table("token_issuers: {acme: {" + one + "}, b: {" + one + "}}\n")),
              "error token_issuers.b: is the issuer `acme` once more\n");
}

TEST(TokenIssuers, BelieveNoTokenForSomebodyElse) {
    for (const char* audience :
         {"https://cognitiveservices.azure.com", "https://cognitiveservices.azure.com/",
          "https://ai.azure.com", "https://graph.microsoft.com",
          "00000003-0000-0000-c000-000000000000"}) {
        const std::string yaml = table(
            "token_issuers: {acme: {tenant: 01234567-89ab-cdef-0123-456789abcdef, audiences: "
            "[api://a, \"" +
            std::string(audience) + "\"]}}\n");
        EXPECT_EQ(findings(yaml),
                  "error token_issuers.acme.audiences[1]: tokens for a Microsoft "
                  "service cannot be believed by anybody else\n");
    }
}

}  // namespace
}  // namespace spillway
