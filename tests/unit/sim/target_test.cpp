// Which request lines exist, and on which api-version.

#include "sim/target.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace spillway_sim {

void PrintTo(const Target& target, std::ostream* out) {
    *out << name_of(target.operation) << " of '" << target.deployment << "' version '"
         << target.api_version << "'";
}

namespace {

TEST(Target, IsReadFromEverySurface) {
    const std::string version = "2024-10-21";
    EXPECT_EQ(read_target(Kind::azure, "POST",
                          "/openai/deployments/my%20dep/chat/completions?api-version=2024-10-21"),
              (Target{Surface::classic, Operation::chat, "my dep", version}));
    EXPECT_EQ(read_target(Kind::azure, "POST", "/openai/responses?a=b&api-version=2024-10-21"),
              (Target{Surface::classic, Operation::responses, "", version}));
    EXPECT_EQ(read_target(Kind::azure, "POST", "/openai/v1/embeddings"),
              (Target{Surface::v1, Operation::embeddings, "", ""}));
    EXPECT_EQ(read_target(Kind::openai, "GET", "/v1/models"),
              (Target{Surface::openai, Operation::models, "", ""}));
}

TEST(Target, IsNothingOnAnyOtherPath) {
    for (const char* path :
         {"/", "/v1/chat/completions", "//openai/v1/chat/completions",
          "/openai/v1/chat/completions/", "/openai/chat/completions?api-version=2024-10-21",
          "/openai/deployments//embeddings", "/openai/deployments/d/responses",
          "/openai/deployments/d", "/openai/v1/files"}) {
        EXPECT_EQ(read_target(Kind::azure, "POST", path), std::nullopt) << path;
    }
    EXPECT_EQ(read_target(Kind::azure, "GET", "/openai/v1/embeddings"), std::nullopt);
    EXPECT_EQ(read_target(Kind::openai, "POST", "/openai/v1/embeddings"), std::nullopt);
}

TEST(Target, NeedsAPublishedVersionOnTheClassicSurface) {
    Target target{Surface::classic, Operation::chat, "d", "2024-10-21"};
    EXPECT_TRUE(is_version_known(target));
    for (const char* version : {"", "v1", "2024-10-22", "2024-06-01-preview"}) {
        target.api_version = version;
        EXPECT_FALSE(is_version_known(target)) << version;
    }
    target = {Surface::classic, Operation::responses, "", "2024-10-21"};
    EXPECT_FALSE(is_version_known(target));
    target.api_version = "2025-03-01-preview";
    EXPECT_TRUE(is_version_known(target));
}

TEST(Target, TakesNoDateOnV1) {
    Target target{Surface::v1, Operation::chat, "", ""};
    for (const char* version : {"", "v1", "preview"}) {
        target.api_version = version;
        EXPECT_TRUE(is_version_known(target)) << version;
    }
    target.api_version = "2024-10-21";
    EXPECT_FALSE(is_version_known(target));
}

TEST(Target, HasStreamOptionsFromSeptember2024On) {
    EXPECT_FALSE(has_stream_options({Surface::classic, Operation::chat, "d",
                                     "2024-08-01-preview"}));
    EXPECT_TRUE(has_stream_options({Surface::classic, Operation::chat, "d", "2024-09-01-preview"}));
    EXPECT_TRUE(has_stream_options({Surface::v1, Operation::chat, "", ""}));
}

}  // namespace
}  // namespace spillway_sim
