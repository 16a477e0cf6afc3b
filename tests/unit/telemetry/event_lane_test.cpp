#include "telemetry/event_lane.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

namespace spillway {
namespace {

FleetEvent numbered(int number) {
    FleetEvent event;
    event.status = number;
    event.subject = ShortName(std::to_string(number));
    return event;
}

TEST(EventLane, GivesBackWhatWasToldInItsOrder) {
    EventLane lane;
    lane.push(numbered(1));
    lane.push(numbered(2));

    FleetEvent event;
    ASSERT_TRUE(lane.pop(event));
    EXPECT_EQ(event.subject.view(), "1");
    ASSERT_TRUE(lane.pop(event));
    EXPECT_EQ(event.subject.view(), "2");
    EXPECT_FALSE(lane.pop(event));
}

TEST(EventLane, CountsWhatFindsNoRoomAndKeepsTheEarlierEvents) {
    EventLane lane;
    const int told = static_cast<int>(EventLane::slots) + 3;
    for (int i = 0; i < told; ++i) { lane.push(numbered(i)); }

    EXPECT_EQ(lane.lost(), 3U);
    FleetEvent event;
    int taken = 0;
    while (lane.pop(event)) { EXPECT_EQ(event.status, taken++); }
    EXPECT_EQ(taken, static_cast<int>(EventLane::slots));
    lane.push(numbered(1000));
    EXPECT_TRUE(lane.pop(event));
    EXPECT_EQ(event.status, 1000);
}

TEST(EventLane, CutsNamesThatAreTooLong) {
    const std::string name(100, 'x');

    EXPECT_EQ(ShortName(name).view(), std::string(ShortName::bytes_max, 'x'));
}

/// Under ThreadSanitizer this is the proof that the two threads need no lock.
TEST(EventLane, PassesEverythingFromOneThreadToAnother) {
    const auto lane = std::make_unique<EventLane>();
    constexpr int count = 20'000;
    std::thread worker([&lane] {
        for (int i = 0; i < count; ++i) { lane->push(numbered(i)); }
    });
    FleetEvent event;
    int last = -1;
    std::uint64_t taken = 0;
    while (taken + lane->lost() < count) {
        if (!lane->pop(event)) { continue; }
        EXPECT_GT(event.status, last);
        EXPECT_EQ(event.subject.view(), std::to_string(event.status));
        last = event.status;
        ++taken;
    }
    worker.join();

    EXPECT_FALSE(lane->pop(event));
}

}  // namespace
}  // namespace spillway
