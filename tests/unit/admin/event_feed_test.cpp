#include "admin/event_feed.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace spillway {
namespace {

using namespace std::chrono_literals;

class Feed : public testing::Test {
protected:
    static constexpr TimePoint t0{1h};
    static constexpr WallTime noon{std::chrono::sys_days{std::chrono::January / 2 / 2026} + 12h};

    void tell(FleetEvent::Kind kind, std::string_view subject, std::size_t worker = 0) {
        FleetEvent event;
        event.kind = kind;
        event.at = now_;
        event.route = ShortName("gpt-4o");
        event.subject = ShortName(subject);
        event.to = ShortName("west");
        event.reason = "server_error";
        event.status = 503;
        cells_.worker(worker).events.push(event);
    }
    void drain() { feed_.drain(cells_, {now_, noon + (now_ - t0)}); }
    nlohmann::json since(std::uint64_t after) { return nlohmann::json::parse(feed_.json(after)); }

    TimePoint now_ = t0;
    CellRegistry cells_{2};
    EventFeed feed_;
};

TEST_F(Feed, TellsAFailoverWithItsTimeAndItsReason) {
    tell(FleetEvent::Kind::failover, "east");
    now_ += 500ms;
    drain();

    const auto document = since(0);
    EXPECT_EQ(document["last"], 1);
    EXPECT_EQ(document["lost"], 0);
    EXPECT_EQ(document["events"][0], (nlohmann::json{{"id", 1},
                                                     {"time", "2026-01-02T12:00:00.000000Z"},
                                                     {"since", "2026-01-02T12:00:00.000000Z"},
                                                     {"count", 1},
                                                     {"kind", "failover"},
                                                     {"route", "gpt-4o"},
                                                     {"subject", "east"},
                                                     {"from", nullptr},
                                                     {"to", "west"},
                                                     {"reason", "server_error"},
                                                     {"status", 503}}));
}

TEST_F(Feed, TellsOfReloads) {
    FleetEvent event;
    event.kind = FleetEvent::Kind::reloaded;
    event.at = now_;
    event.subject = ShortName("c0ffee");
    cells_.table_events().push(event);
    event.kind = FleetEvent::Kind::reload_refused;
    cells_.table_events().push(event);
    drain();

    const auto events = since(0)["events"];
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0]["kind"], "reloaded");
    EXPECT_EQ(events[0]["subject"], "c0ffee");
    EXPECT_EQ(events[0]["route"], nullptr);
    EXPECT_EQ(events[1]["kind"], "reload_refused");
}

TEST_F(Feed, GivesOnlyWhatIsNew) {
    tell(FleetEvent::Kind::failover, "east");
    drain();
    tell(FleetEvent::Kind::breaker, "east", 1);
    drain();

    EXPECT_EQ(since(0)["events"].size(), 2U);
    ASSERT_EQ(since(1)["events"].size(), 1U);
    EXPECT_EQ(since(1)["events"][0]["kind"], "breaker");
    EXPECT_EQ(since(2)["events"].size(), 0U);
}

TEST_F(Feed, GivesEverythingToWhoKnewAnEarlierProcess) {
    tell(FleetEvent::Kind::failover, "east");
    drain();

    EXPECT_EQ(since(4711)["events"].size(), 1U);
}

TEST_F(Feed, CountsTheSameEventWithinAMinuteInsteadOfRepeatingIt) {
    tell(FleetEvent::Kind::gave_up, "east");
    tell(FleetEvent::Kind::failover, "east");
    drain();
    now_ += 59s;
    tell(FleetEvent::Kind::gave_up, "east", 1);
    drain();

    const auto changed = since(2)["events"];
    ASSERT_EQ(changed.size(), 1U);
    EXPECT_EQ(changed[0]["id"], 1) << "the entry it was first";
    EXPECT_EQ(changed[0]["count"], 2);
    EXPECT_EQ(changed[0]["since"], "2026-01-02T12:00:00.000000Z");
    EXPECT_EQ(changed[0]["time"], "2026-01-02T12:00:59.000000Z");
    EXPECT_EQ(since(0)["events"].size(), 2U);

    now_ += 61s;
    tell(FleetEvent::Kind::gave_up, "east");
    drain();
    EXPECT_EQ(since(0)["events"].size(), 3U) << "after a quiet minute it is news again";
}

TEST_F(Feed, ForgetsTheOldestOverItsBound) {
    for (std::size_t i = 0; i < EventFeed::events_max + 5; ++i) {
        tell(FleetEvent::Kind::failover, "d" + std::to_string(i));
        drain();
    }
    const auto events = since(0)["events"];

    EXPECT_EQ(events.size(), EventFeed::events_max);
    EXPECT_EQ(events[0]["subject"], "d5");
}

TEST_F(Feed, SaysHowMuchItMissed) {
    for (std::size_t i = 0; i < EventLane::slots + 7; ++i) {
        tell(FleetEvent::Kind::failover, "d" + std::to_string(i));
    }
    drain();

    EXPECT_EQ(since(0)["lost"], 7);
}

}  // namespace
}  // namespace spillway
