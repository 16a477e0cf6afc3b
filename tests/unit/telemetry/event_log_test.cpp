#include "telemetry/event_log.hpp"

#include "telemetry/event_throttle.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace spillway {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint t0{1000s};

TEST(EventThrottle, AdmitsOneOfAKindPerSecondAndCountsTheRest) {
    EventThrottle throttle;

    EXPECT_EQ(throttle.admit("breaker east", t0), 0U);
    EXPECT_EQ(throttle.admit("breaker east", t0 + 1ms), std::nullopt);
    EXPECT_EQ(throttle.admit("breaker east", t0 + 999ms), std::nullopt);
    EXPECT_EQ(throttle.admit("breaker east", t0 + 1s), 2U);
    EXPECT_EQ(throttle.admit("breaker east", t0 + 2s), 0U);
}

TEST(EventThrottle, KeepsKindsApart) {
    EventThrottle throttle;

    EXPECT_EQ(throttle.admit("breaker east", t0), 0U);
    EXPECT_EQ(throttle.admit("breaker west", t0), 0U);
}

TEST(EventThrottle, ForgetsTheOldestKindWhenThereAreTooMany) {
    EventThrottle throttle;
    const auto kind = [](std::size_t i) { return "kind " + std::to_string(i); };
    for (std::size_t i = 0; i < EventThrottle::kinds_max; ++i) {
        ASSERT_TRUE(throttle.admit(kind(i), t0 + i * 1us));
    }

    EXPECT_TRUE(throttle.admit("one more", t0 + 1ms));

    EXPECT_TRUE(throttle.admit(kind(0), t0 + 2ms)) << "it was forgotten";
    EXPECT_FALSE(throttle.admit(kind(2), t0 + 3ms)) << "it was not";
}

class EventLog : public testing::Test {
protected:
    ~EventLog() override { set_log_severity(Severity::info); }

    template <class Act>
    static std::string stderr_of(Act act) {
        testing::internal::CaptureStderr();
        act();
        return testing::internal::GetCapturedStderr();
    }
};

TEST_F(EventLog, WritesOneJsonLine) {
    const std::string line = stderr_of([] {
        log_event(Severity::warn, "test_line", {{"a", "x\ny"}, {"b", "2"}});
    });

    const auto event = nlohmann::json::parse(line);
    EXPECT_EQ(event["level"], "warn");
    EXPECT_EQ(event["event"], "test_line");
    EXPECT_EQ(event["a"], "x\ny");
    EXPECT_EQ(event["b"], "2");
    EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST_F(EventLog, SuppressesAStormOfOneKind) {
    const std::string text = stderr_of([] {
        for (int i = 0; i < 1000; ++i) { log_event(Severity::info, "test_storm", {{"a", "x"}}); }
    });

    EXPECT_LE(std::ranges::count(text, '\n'), 2) << "one, or two when a second began in between";
}

TEST_F(EventLog, SaysNothingBelowItsLevel) {
    set_log_severity(Severity::error);

    EXPECT_EQ(stderr_of([] { log_event(Severity::warn, "test_level", {}); }), "");
}

TEST_F(EventLog, BoundsValuesAndLines) {
    const std::string huge(100'000, '\x01');
    const std::string line = stderr_of([&] {
        log_event(Severity::info, "test_bounds",
                  {{"a", huge},
                   {"b", huge},
                   {"c", huge},
                   {"d", huge},
                   {"e", huge},
                   {"f", huge},
                   {"g", huge},
                   {"h", huge},
                   {"i", huge},
                   {"j", huge}});
    });

    EXPECT_LE(line.size(), 4096U);
    EXPECT_LE(nlohmann::json::parse(line)["a"].get<std::string>().size(), 512U);
}

}  // namespace
}  // namespace spillway
