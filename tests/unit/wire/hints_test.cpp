#include "wire/hints.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

namespace spillway {
namespace {

using namespace std::chrono_literals;

const WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h;

using Head = std::initializer_list<std::pair<std::string_view, std::string_view>>;

Hints hints_of(Head head) {
    Fields fields;
    for (const auto& [name, value] : head) {
        EXPECT_TRUE(fields.push({FieldName::other, name, value}));
    }
    return parse_hints(fields, now);
}

std::optional<Duration> retry_after(std::string_view value) {
    return hints_of({{"retry-after", value}}).retry_after;
}

std::optional<Duration> reset_tokens(std::string_view value) {
    return hints_of({{"x-ratelimit-reset-tokens", value}}).reset_tokens;
}

TEST(Hints, AreAbsentWithoutFields) {
    const Hints hints = hints_of({{"content-type", "application/json"},
                                  {"x-ms-region", "West US"}});

    EXPECT_FALSE(hints.retry_after);
    EXPECT_FALSE(hints.remaining_tokens);
    EXPECT_FALSE(hints.remaining_requests);
    EXPECT_FALSE(hints.limit_tokens);
    EXPECT_FALSE(hints.reset_tokens);
    EXPECT_FALSE(hints.reset_requests);
    EXPECT_FALSE(hints.spilled_over);
}

TEST(Hints, ReadAzuresFieldsInAnyCase) {
    const Hints hints = hints_of({{"X-RateLimit-Remaining-Tokens", "61353"},
                                  {"x-ratelimit-remaining-requests", "79"},
                                  {"x-ratelimit-limit-tokens", "100000"},
                                  {"x-ratelimit-reset-tokens", "10"},
                                  {"x-ratelimit-reset-requests", "300"},
                                  {"Retry-After", "7"}});

    EXPECT_EQ(hints.remaining_tokens, 61353);
    EXPECT_EQ(hints.remaining_requests, 79);
    EXPECT_EQ(hints.limit_tokens, 100000);
    EXPECT_EQ(hints.reset_tokens, 10s);
    EXPECT_EQ(hints.reset_requests, 300s);
    EXPECT_EQ(hints.retry_after, 7s);
}

TEST(Hints, PreferMilliseconds) {
    EXPECT_EQ(hints_of({{"retry-after", "9"}, {"retry-after-ms", "300"}}).retry_after, 300ms);
    EXPECT_EQ(hints_of({{"x-ms-retry-after-ms", "400"}, {"retry-after", "9"}}).retry_after, 400ms);
    EXPECT_EQ(hints_of({{"x-ms-retry-after-ms", "400"}, {"retry-after-ms", "300"}}).retry_after,
              300ms);
    EXPECT_EQ(hints_of({{"retry-after-ms", "12.5"}}).retry_after, 12500us);
}

TEST(Hints, FallBackWhenMillisecondsAreUnusable) {
    EXPECT_EQ(hints_of({{"retry-after-ms", "-1"}, {"retry-after", "9"}}).retry_after, 9s);
    EXPECT_EQ(hints_of({{"retry-after-ms", "soon"}, {"retry-after", "9"}}).retry_after, 9s);
}

TEST(Hints, ReadRetryAfterInSeconds) {
    EXPECT_EQ(retry_after("0"), 0s);
    EXPECT_EQ(retry_after("1"), 1s);
    EXPECT_EQ(retry_after("0.5"), 500ms);
    EXPECT_EQ(retry_after("86400"), 86400s);
}

TEST(Hints, ReadRetryAfterAsADateInAllThreeForms) {
    EXPECT_EQ(retry_after("Sun, 22 Nov 2026 12:00:30 GMT"), 30s);
    EXPECT_EQ(retry_after("Sunday, 22-Nov-26 12:00:30 GMT"), 30s);
    EXPECT_EQ(retry_after("Sun Nov 22 12:00:30 2026"), 30s);
    EXPECT_EQ(retry_after("Sun, 22 Nov 2026 11:00:00 GMT"), 0s);
    EXPECT_EQ(retry_after("Thu, 01 Jan 1970 00:00:00 GMT"), 0s);
}

TEST(Hints, TakeAbsurdValuesForAbsent) {
    for (const std::string_view value :
         {"", "-1", "+1", "1e3", "0x10", "inf", "nan", "1 s", "1,5", "soon", ".5",
          "99999999999999999999", "999999999999", "Sun, 22 Nov 2026", "1 1"}) {
        EXPECT_FALSE(retry_after(value)) << value;
    }
    EXPECT_TRUE(retry_after("31622400"));
    EXPECT_FALSE(retry_after("31622401"));
}

TEST(Hints, ReadGoDurations) {
    EXPECT_EQ(reset_tokens("17ms"), 17ms);
    EXPECT_EQ(reset_tokens("1s"), 1s);
    EXPECT_EQ(reset_tokens("6m0s"), 6min);
    EXPECT_EQ(reset_tokens("1h2m3.5s"), 1h + 2min + 3500ms);
    EXPECT_EQ(reset_tokens("250us"), 250us);
    EXPECT_EQ(reset_tokens("250\xC2\xB5s"), 250us);
    EXPECT_EQ(reset_tokens("250\xCE\xBCs"), 250us);
    EXPECT_EQ(reset_tokens("5ns"), 5ns);
    EXPECT_EQ(reset_tokens("0s"), 0s);
    EXPECT_EQ(reset_tokens("55"), 55s);
    EXPECT_EQ(reset_tokens("0.25"), 250ms);
}

TEST(Hints, RefuseBrokenDurations) {
    for (const std::string_view value :
         {"", "s", "-1s", "1s2", "1x", "1 s", "m1", "1ms-", "99999999999h", "1d"}) {
        EXPECT_FALSE(reset_tokens(value)) << value;
    }
}

TEST(Hints, IgnoreSentinels) {
    const Hints hints = hints_of({{"x-ratelimit-remaining-tokens", "-1"},
                                  {"x-ratelimit-reset-tokens", "0"},
                                  {"x-ratelimit-remaining-requests", "-1"},
                                  {"x-ratelimit-reset-requests", "0"}});

    EXPECT_FALSE(hints.remaining_tokens);
    EXPECT_FALSE(hints.reset_tokens);
    EXPECT_FALSE(hints.remaining_requests);
    EXPECT_FALSE(hints.reset_requests);
}

TEST(Hints, IgnoreAResetBesideASentinelLimit) {
    const Hints hints = hints_of({{"x-ratelimit-limit-tokens", "-1"},
                                  {"x-ratelimit-reset-tokens", "0"}});

    EXPECT_FALSE(hints.limit_tokens);
    EXPECT_FALSE(hints.reset_tokens);
}

TEST(Hints, KeepAZeroThatIsOne) {
    const Hints hints = hints_of({{"x-ratelimit-remaining-tokens", "0"},
                                  {"x-ratelimit-reset-tokens", "0"}});

    EXPECT_EQ(hints.remaining_tokens, 0);
    EXPECT_EQ(hints.reset_tokens, 0s);
}

TEST(Hints, RefuseCountsThatOverflow) {
    EXPECT_FALSE(hints_of({{"x-ratelimit-remaining-tokens", "9223372036854775808"}})
                     .remaining_tokens);
    EXPECT_FALSE(hints_of({{"x-ratelimit-remaining-tokens", "12.5"}}).remaining_tokens);
    EXPECT_FALSE(hints_of({{"x-ratelimit-remaining-tokens", "12x"}}).remaining_tokens);
}

TEST(Hints, ReadTheSpellingOf2023) {
    EXPECT_EQ(hints_of({{"x-rate-limit-reset-tokens", "55"}}).reset_tokens, 55s);
    EXPECT_EQ(hints_of({{"x-rate-limit-reset-tokens", "55"}, {"x-ratelimit-reset-tokens", "5"}})
                  .reset_tokens,
              5s);
}

TEST(Hints, SeeSpillover) {
    EXPECT_TRUE(hints_of({{"x-ms-spillover-from-deployment", "ptu"}}).spilled_over);
    EXPECT_TRUE(hints_of({{"X-Ms-Spillover-From-My-Ptu", "true"}}).spilled_over);
    EXPECT_TRUE(hints_of({{"x-ms-is-spilled-over", "True"}}).spilled_over);
    EXPECT_FALSE(hints_of({{"x-ms-is-spilled-over", "false"}}).spilled_over);
    EXPECT_FALSE(hints_of({{"x-ms-spillover-error", "429"}}).spilled_over);
}

TEST(Hints, TakeTheFirstOfARepeatedField) {
    EXPECT_EQ(hints_of({{"retry-after", "3"}, {"retry-after", "9"}}).retry_after, 3s);
}

}  // namespace
}  // namespace spillway
