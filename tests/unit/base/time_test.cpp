#include "spillway/time.hpp"

#include "spillway/ids.hpp"
#include "support/plan_row.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace spillway {
namespace {

using namespace std::chrono_literals;

TEST(Time, SurvivesTheWayThroughNanoseconds) {
    const TimePoint at = TimePoint{} + 49h + 3ns;

    EXPECT_EQ(from_ns(to_ns(at)), at);
    EXPECT_EQ(to_ns(TimePoint{}), 0);
}

// Rows are written in terms of the clock the policies' types name: a wall clock cannot be passed.
TEST(Time, NoStepOfTheWallClockReachesAPolicy) {
    const bool immune = Clock::is_steady && !std::is_convertible_v<WallTime, TimePoint>;

    EXPECT_TRUE(testing::holds({"L-13", immune ? 0.0 : 1.0, "policies-on-wall-time",
                                testing::Bound::exactly, 0.0}));
}

TEST(Ids, AreIndicesThatDoNotMix) {
    EXPECT_EQ(index(DeploymentId{7}), 7U);
    EXPECT_FALSE((std::is_convertible_v<DeploymentId, ResourceId>));
    EXPECT_FALSE((std::is_convertible_v<std::size_t, DeploymentId>));
}

}  // namespace
}  // namespace spillway
