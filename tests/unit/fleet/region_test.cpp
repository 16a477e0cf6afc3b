#include "fleet/region.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace spillway {
namespace {

using namespace std::chrono_literals;

const TimePoint t0{1h};

bool accuse(Region& region, std::size_t witness, TimePoint now) {
    Rng rng(1);
    bool tripped = false;
    for (std::uint64_t i = 0; i < Region::voice_max; ++i) {
        tripped = region.failed(witness, {}, now, rng).has_value() || tripped;
    }
    return tripped;
}

TEST(Region, NeedsTwoAccusersWhereThereAreTwo) {
    Region region;
    const std::size_t first = region.join();
    const std::size_t second = region.join();

    EXPECT_FALSE(accuse(region, first, t0));
    EXPECT_TRUE(accuse(region, second, t0));
}

TEST(Region, AddsUpVoicesThatAreNotWhole) {
    Region region;
    Rng rng(1);
    std::vector<std::size_t> witnesses;
    for (int i = 0; i < 4; ++i) { witnesses.push_back(region.join()); }
    std::size_t failures = 0;
    bool tripped = false;
    while (!tripped) {
        tripped = region.failed(witnesses[failures++ % 4], {}, t0, rng).has_value();
    }

    EXPECT_EQ(failures, 6U);
}

TEST(Region, DoesNotHearOneDeploymentTwice) {
    Region region;
    const std::size_t loud = region.join();
    const std::size_t quiet = region.join();
    Rng rng(1);

    for (int i = 0; i < 9; ++i) { EXPECT_FALSE(region.failed(loud, {}, t0, rng)); }
    EXPECT_FALSE(region.failed(quiet, {}, t0, rng));
}

TEST(Region, BelievesItsOnlyDeployment) {
    Region region;

    EXPECT_TRUE(accuse(region, region.join(), t0));
}

TEST(Region, BelievesTheOneThatIsLeftAfterAReload) {
    Region region;
    const std::size_t stays = region.join();
    const std::size_t goes = region.join();
    region.leave(goes);

    EXPECT_TRUE(accuse(region, stays, t0));
}

TEST(Region, DoesNotBlameANewDeploymentForWhoWasThereBefore) {
    Region region;
    const std::size_t stays = region.join();
    const std::size_t goes = region.join();
    accuse(region, goes, t0);
    region.leave(goes);
    const std::size_t comes = region.join();
    region.leave(region.join());  // places are used again

    EXPECT_EQ(comes, goes);
    EXPECT_FALSE(accuse(region, stays, t0)) << "only one of two accuses it";
}

TEST(Region, HasAPlaceForMoreDeploymentsThanItHears) {
    Region region;
    std::vector<std::size_t> joined;
    for (std::size_t i = 0; i < Region::witnesses_max + 2; ++i) { joined.push_back(region.join()); }

    EXPECT_FALSE(accuse(region, joined.back(), t0));
    EXPECT_FALSE(accuse(region, joined[0], t0));
    EXPECT_TRUE(accuse(region, joined[1], t0));
    for (const std::size_t witness : joined) { region.leave(witness); }
    EXPECT_EQ(region.join(), 0U);
}

}  // namespace
}  // namespace spillway
