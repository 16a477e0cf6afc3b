#include "net/name_lookup.hpp"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(NameLookup, AnswersForEachHost) {
    const HostPort here{"127.0.0.1", 80};
    const HostPort nowhere{"no-such-host.invalid", 443};

    const LookedUp found = look_up({here, nowhere, here}, std::chrono::seconds(20));

    ASSERT_EQ(found.size(), 2U);
    ASSERT_TRUE(found.at(here));
    EXPECT_EQ(found.at(here)->front().port(), 80);
    EXPECT_EQ(found.at(here)->front().address().to_string(), "127.0.0.1");
    ASSERT_FALSE(found.at(nowhere));
    EXPECT_EQ(found.at(nowhere).error().stage, Stage::resolve);
    EXPECT_TRUE(found.at(nowhere).error().ec);
}

}  // namespace
}  // namespace spillway
