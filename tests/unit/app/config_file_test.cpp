#include "app/config_file.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(ContentHash, IsFnv1aInSixteenDigits) {
    EXPECT_EQ(content_hash(""), "cbf29ce484222325");
    EXPECT_EQ(content_hash("a"), "af63dc4c8601ec8c");
    EXPECT_EQ(content_hash("foobar"), "85944171f73967e8");
}

TEST(ConfigFile, IsNoneWhenItCannotBeRead) {
    EXPECT_FALSE(read_config_file("/nonexistent/routes.yaml"));
    EXPECT_FALSE(read_config_file("/")) << "a directory";
}

}  // namespace
}  // namespace spillway
