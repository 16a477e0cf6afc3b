#include "config/suggest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace spillway {
namespace {

const std::vector<std::string> keys{"tpm", "rpm", "weight", "timeouts", "resource"};

TEST(Suggest, FindsSlipsOfOneLetterInThree) {
    EXPECT_EQ(nearest_name("tmp", keys), "tpm");
    EXPECT_EQ(nearest_name("wieght", keys), "weight");
    EXPECT_EQ(nearest_name("timeout", keys), "timeouts");
    EXPECT_EQ(nearest_name("resuorse", keys), "resource");
}

TEST(Suggest, IsSilentWhenNothingIsNear) {
    EXPECT_EQ(nearest_name("listen", keys), "");
    EXPECT_EQ(nearest_name("", keys), "");
    EXPECT_EQ(nearest_name("tpm", {}), "");
}

TEST(Suggest, NamesTheChoicesWhenTheyAreFew) {
    EXPECT_EQ(did_you_mean("nonsense", {"a-b-c", "d-e-f"}), "there are: `a-b-c`, `d-e-f`");
    EXPECT_EQ(did_you_mean("nonsense", std::vector<std::string>(13, "name")), "");
}

}  // namespace
}  // namespace spillway
