#include "wire/http_date.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string_view>

namespace spillway {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

const WallTime now = sys_days(year(2026) / 11 / 22);
const WallTime example = sys_days(year(1994) / 11 / 6) + 8h + 49min + 37s;

TEST(HttpDate, ReadsTheThreeFormsOfTheStandard) {
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now), example);
    EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now), example);
    EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", now), example);
    EXPECT_EQ(parse_http_date("Sun Nov 16 08:49:37 1994", now), example + 240h);
}

TEST(HttpDate, ReadsEveryMonth) {
    constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (unsigned month = 1; month <= 12; ++month) {
        const std::string text = "Mon, 02 " + std::string(names.substr((month - 1) * 3, 3)) +
                                 " 2023 00:00:00 GMT";
        EXPECT_EQ(parse_http_date(text, now),
                  sys_days(year(2023) / std::chrono::month(month) / std::chrono::day(2)));
    }
}

TEST(HttpDate, PutsTwoDigitsWithinFiftyYearsAhead) {
    EXPECT_EQ(parse_http_date("Monday, 01-Jan-76 00:00:00 GMT", now), sys_days(year(2076) / 1 / 1));
    EXPECT_EQ(parse_http_date("Monday, 01-Jan-77 00:00:00 GMT", now), sys_days(year(1977) / 1 / 1));
}

TEST(HttpDate, KnowsLeapDaysAndLeapSeconds) {
    EXPECT_TRUE(parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT", now));
    EXPECT_FALSE(parse_http_date("Wed, 29 Feb 2023 00:00:00 GMT", now));
    EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", now), sys_days(year(2017) / 1 / 1));
}

TEST(HttpDate, RefusesEverythingElse) {
    for (const std::string_view text : {"",
                                        "Sun",
                                        "Sun,",
                                        "Sun, 06 Nov 1994 08:49:37",
                                        "Sun, 06 Nov 1994 08:49:37 UTC",
                                        "Sun, 06 Nov 1994 08:49:37 GMT ",
                                        "Sun, 6 Nov 1994 08:49:37 GMT",
                                        "Sun, 06 nov 1994 08:49:37 GMT",
                                        "Sun, 32 Nov 1994 08:49:37 GMT",
                                        "Sun, 00 Nov 1994 08:49:37 GMT",
                                        "Sun, 06 Nov 1994 24:00:00 GMT",
                                        "Sun, 06 Nov 1994 08:60:00 GMT",
                                        "Sun, 06 Nov 1994 08:00:61 GMT",
                                        "Sun, 06-Nov-1994 08:49:37 GMT",
                                        "Sun Nov 6 08:49:37 1994",
                                        "Sun, 06 Nov 1969 08:49:37 GMT",
                                        "Sun, 06 Nov 9999 08:49:37 GMT",
                                        "Sun, -6 Nov 1994 08:49:37 GMT",
                                        "1994-11-06T08:49:37Z",
                                        ", 06 Nov 1994 08:49:37 GMT"}) {
        EXPECT_FALSE(parse_http_date(text, now)) << text;
    }
}

}  // namespace
}  // namespace spillway
