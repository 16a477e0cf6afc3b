#include "config/amount.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace spillway {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t amount(std::string_view text, Unit unit) {
    const auto parsed = parse_amount(text, unit);
    return parsed ? *parsed : -1;
}

std::string suggestion(std::string_view text, Unit unit) {
    const auto parsed = parse_amount(text, unit);
    return parsed ? "accepted" : parsed.error().suggestion;
}

TEST(Amount, ReadsEverySuffix) {
    EXPECT_EQ(amount("600", Unit::count), 600);
    EXPECT_EQ(amount("100k", Unit::count), 100'000);
    EXPECT_EQ(amount("2M", Unit::count), 2'000'000);
    EXPECT_EQ(amount("500ms", Unit::duration), second / 2);
    EXPECT_EQ(amount("20s", Unit::duration), 20 * second);
    EXPECT_EQ(amount("10m", Unit::duration), 600 * second);
    EXPECT_EQ(amount("1h", Unit::duration), 3600 * second);
    EXPECT_EQ(amount("64KiB", Unit::bytes), 64 * 1024);
    EXPECT_EQ(amount("1MiB", Unit::bytes), 1024 * 1024);
    EXPECT_EQ(amount("65536", Unit::bytes), 65'536);
}

TEST(Amount, ReadsFractionsThatComeOutEven) {
    EXPECT_EQ(amount("1.5M", Unit::count), 1'500'000);
    EXPECT_EQ(amount("0.5s", Unit::duration), second / 2);
    EXPECT_EQ(amount("1.0005k", Unit::count), -1);
    EXPECT_EQ(amount("1.5", Unit::count), -1);
}

TEST(Amount, ALeadingZeroIsNotOctal) { EXPECT_EQ(amount("010", Unit::plain), 10); }

TEST(Amount, RefusesADurationWithoutUnit) {
    EXPECT_EQ(suggestion("20", Unit::duration), "write 20s");
}

TEST(Amount, SuggestsTheSpellingThatWasMeant) {
    EXPECT_EQ(suggestion("100K", Unit::count), "write 100k");
    EXPECT_EQ(suggestion("100_000", Unit::count), "write 100000");
    EXPECT_EQ(suggestion("20 seconds", Unit::duration), "write 20s");
    EXPECT_EQ(suggestion("5Min", Unit::duration), "write 5m");
    EXPECT_EQ(suggestion("1mb", Unit::bytes), "write 1MiB");
    EXPECT_EQ(suggestion("1 day", Unit::duration), "");
}

TEST(Amount, RefusesWhatIsNoNumberOrDoesNotFit) {
    for (const char* text : {"", "-1", "+1", "k", "1.", ".5", "0x10", "1e3", "9223372036854775808",
                             "9223372036854775807k", "1.1234567M", "1k "}) {
        EXPECT_EQ(amount(text, Unit::count), -1) << text;
    }
}

TEST(Amount, ReadsBackWhatItFormats) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 10'000; ++i) {
        // Milliseconds, because shorter durations cannot be written.
        const auto value = static_cast<std::int64_t>(random() >> (random() % 40 + 24));
        const std::int64_t duration = value % 1'000'000'000 * 1'000'000;
        for (const Unit unit : {Unit::plain, Unit::count, Unit::bytes}) {
            ASSERT_EQ(amount(format_amount(value, unit), unit), value);
        }
        ASSERT_EQ(amount(format_amount(duration, Unit::duration), Unit::duration), duration);
    }
}

TEST(Amount, FormatsWithTheLargestSuffixThatIsExact) {
    EXPECT_EQ(format_amount(600 * second, Unit::duration), "10m");
    EXPECT_EQ(format_amount(90 * second, Unit::duration), "90s");
    EXPECT_EQ(format_amount(0, Unit::duration), "0s");
    EXPECT_EQ(format_amount(32 * 1024 * 1024, Unit::bytes), "32MiB");
    EXPECT_EQ(format_amount(10'000, Unit::count), "10k");
    EXPECT_EQ(format_amount(256, Unit::count), "256");
}

TEST(Ratio, IsAPlainDecimal) {
    EXPECT_EQ(*parse_ratio("0.5"), 0.5);
    EXPECT_EQ(*parse_ratio("1"), 1);
    for (const char* text : {"", "-0.5", "nan", "inf", "1e-1", "0.5x", "half"}) {
        EXPECT_FALSE(parse_ratio(text)) << text;
    }
    EXPECT_EQ(parse_ratio("50%").error().suggestion, "write 0.5");
}

TEST(Flag, IsTrueOrFalseAndNothingElse) {
    EXPECT_TRUE(*parse_flag("true"));
    EXPECT_FALSE(*parse_flag("false"));
    EXPECT_EQ(parse_flag("no").error().suggestion, "write false");
    EXPECT_EQ(parse_flag("On").error().suggestion, "write true");
    EXPECT_FALSE(parse_flag("maybe"));
}

}  // namespace
}  // namespace spillway
