// The findings that do not stop a table from loading, and the absence of false ones.
#include "unit/config/table.hpp"

#include <gtest/gtest.h>

#include <string>

namespace spillway {
namespace {

constexpr const char* frame = R"(listen: 127.0.0.1:8080
deployments: {chat: {resource: r}}
routes: {chat: {tiers: [[chat]]}}
)";

TEST(Checks, SayWhatIsUnused) {
    EXPECT_EQ(findings(R"(listen: 127.0.0.1:8080
credentials: {key: {api_key: {env: AOAI_KEY}}, spare: {api_key: {env: AOAI_KEY}}}
resources:
  east: {endpoint: "https://a.com", credential: key}
  west: {endpoint: "https://b.com", credential: key}
deployments: {chat: {resource: east}, old: {resource: east}}
routes: {chat: {tiers: [[chat]]}}
)"),
              "warning credentials.spare: no resource uses it\n"
              "warning resources.west: no deployment is in it\n"
              "warning deployments.old: no route uses it\n");
}

TEST(Checks, WarnOfAKeyThatTravelsUnencrypted) {
    const std::string key = "credentials: {key: {api_key: {env: AOAI_KEY}}}\n";
    const std::string plain = "resources: {r: {endpoint: \"http://10.0.0.1\", credential: key}}\n";
    const std::string local = "resources: {r: {endpoint: \"http://[::1]:9\", credential: key}}\n";
    const std::string sidecar =
        "resources: {r: {endpoint: \"http://a.com\", connect_to: \"127.0.0.1:9\", "
        "credential: key}}\n";

    EXPECT_EQ(findings(frame + key + plain),
              "warning resources.r.endpoint: the key travels unencrypted\n");
    EXPECT_EQ(findings(frame + key + local), "");
    EXPECT_EQ(findings(frame + key + sidecar), "");
}

TEST(Checks, ReadAPathByItsSegments) {
    const auto at = [](const std::string& path) {
        return findings(std::string(frame) + "credentials: {k: {api_key: {env: AOAI_KEY}}}\n" +
                        "resources: {r: {endpoint: \"https://a.com" + path +
                        "\", credential: k}}\n");
    };
    EXPECT_EQ(at("/openai-proxy/team"), "");
    EXPECT_NE(at("/team/openai/v1"), "");
    EXPECT_NE(at("/openai-proxy/openai"), "");
}

TEST(Checks, WarnOfALiteralKeyButNotOfOneFromAVariable) {
    const std::string resource = "resources: {r: {endpoint: \"https://a.com\", credential: k}}\n";

    EXPECT_EQ(findings(frame + resource + "credentials: {k: {api_key: abc}}\n"),
              "warning credentials.k.api_key: a key in the table is seen by everybody who sees the "
              "table\n");
    EXPECT_EQ(findings(frame + resource + "credentials: {k: {api_key: \"${AOAI_KEY}\"}}\n"), "");
}

TEST(Checks, WarnOfDeploymentsThatResidencyExcludes) {
    EXPECT_EQ(
        findings(R"(listen: 127.0.0.1:8080
resources:
  us: {endpoint: "http://127.0.0.1:1", geography: us}
  eu: {endpoint: "http://127.0.0.1:2", geography: eu}
deployments: {a: {resource: us}, b: {resource: eu}}
routes: {chat: {tiers: [[a], [b]], residency: eu}}
)"),
        "warning routes.chat.tiers[0][0]: is never used: the route stays in `eu`, its resource "
        "is in `us`\n");
}

TEST(Checks, WarnOfOneDeploymentUnderTwoNames) {
    EXPECT_EQ(
        findings(R"(listen: 127.0.0.1:8080
resources: {r: {endpoint: "http://127.0.0.1:1"}}
deployments: {a: {resource: r, name: gpt-4o}, gpt-4o: {resource: r}}
routes: {chat: {tiers: [[a, gpt-4o]]}}
)"),
        "warning deployments.gpt-4o: is the same deployment as `a`: its limits would be counted "
        "twice\n");
}

TEST(Checks, AClockFromTheDefaultsMayExceedARoutesTotal) {
    EXPECT_EQ(findings(table("defaults: {timeouts: {first_event: 60s}}\n")), "");
    EXPECT_EQ(findings(R"(listen: 127.0.0.1:8080
resources: {r: {endpoint: "http://127.0.0.1:1"}}
deployments: {chat: {resource: r}}
defaults: {timeouts: {first_event: 60s}}
routes: {chat: {tiers: [[chat]], timeouts: {total: 30s}}}
)"),
              "");
}

TEST(Checks, OneMistakeIsReportedOnce) {
    EXPECT_EQ(findings(R"(listen: 127.0.0.1:8080
credentials: {key: {api_key: {env: AOAI_KEY}}}
resources: {east: {endpoint: "https://a.com", credential: key, geography: us}}
deployments: {chat: {resource: esat}}
routes: {chat: {tiers: [[chat]], residency: eu}}
)"),
              "error deployments.chat.resource: there is no `esat` under `resources`\n");
}

TEST(Checks, ModelNamesMayHoldSlashesAndColons) {
    EXPECT_EQ(findings(R"(listen: 127.0.0.1:8080
resources: {r: {endpoint: "http://127.0.0.1:1"}}
deployments: {chat: {resource: r}}
routes: {openai/gpt-oss-120b: {tiers: [[chat]], aliases: ["gpt-oss:120b"]}}
)"),
              "");
}

}  // namespace
}  // namespace spillway
