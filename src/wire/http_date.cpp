#include "wire/http_date.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

namespace spillway {

namespace {

using namespace std::string_view_literals;

/// Takes a date apart from the left; after the first mismatch everything fails.
class DateReader {
public:
    explicit DateReader(std::string_view text) noexcept : rest_(text) {}

    void expect(std::string_view text) noexcept {
        failed_ = failed_ || !rest_.starts_with(text);
        if (!failed_) { rest_.remove_prefix(text.size()); }
    }

    /// Letters up to the next other character: the name of a day.
    void skip_word() noexcept {
        const auto* const end = std::ranges::find_if_not(rest_, [](char c) {
            return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        });
        failed_ = failed_ || end == rest_.begin();
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.begin()));
    }

    /// Exactly that many digits.
    [[nodiscard]] int number(std::size_t digits) noexcept {
        int value = 0;
        failed_ = failed_ || rest_.size() < digits;
        for (std::size_t i = 0; !failed_ && i < digits; ++i) {
            failed_ = rest_[i] < '0' || rest_[i] > '9';
            value = value * 10 + (rest_[i] - '0');
        }
        if (!failed_) { rest_.remove_prefix(digits); }
        return value;
    }

    [[nodiscard]] unsigned month() noexcept {
        constexpr std::array names = {"Jan"sv, "Feb"sv, "Mar"sv, "Apr"sv, "May"sv, "Jun"sv,
                                      "Jul"sv, "Aug"sv, "Sep"sv, "Oct"sv, "Nov"sv, "Dec"sv};
        const auto* const found = std::ranges::find(names, rest_.substr(0, 3));
        failed_ = failed_ || found == names.end();
        if (!failed_) { rest_.remove_prefix(3); }
        return static_cast<unsigned>(found - names.begin()) + 1;
    }

    [[nodiscard]] std::chrono::seconds time_of_day() noexcept {
        const int hours = number(2);
        expect(":");
        const int minutes = number(2);
        expect(":");
        const int seconds = number(2);
        failed_ = failed_ || hours > 23 || minutes > 59 || seconds > 60;
        return std::chrono::hours(hours) + std::chrono::minutes(minutes) +
               std::chrono::seconds(seconds);
    }

    [[nodiscard]] bool starts_with(std::string_view text) const noexcept {
        return rest_.starts_with(text);
    }
    [[nodiscard]] bool complete() const noexcept { return !failed_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool failed_ = false;
};

struct Date {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    std::chrono::seconds time{};
};

int full_year(int two_digits, WallTime now) noexcept {
    const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
    const int this_year = static_cast<int>(today.year());
    const int year = this_year - this_year % 100 + two_digits;
    return year > this_year + 50 ? year - 100 : year;
}

/// `06 Nov 1994 08:49:37 GMT` or, with two digits of the year, `06-Nov-94 08:49:37 GMT`.
Date read_day_first(DateReader& in, std::string_view separator, WallTime now) noexcept {
    Date date;
    date.day = static_cast<unsigned>(in.number(2));
    in.expect(separator);
    date.month = in.month();
    in.expect(separator);
    date.year = separator == "-" ? full_year(in.number(2), now) : in.number(4);
    in.expect(" ");
    date.time = in.time_of_day();
    in.expect(" GMT");
    return date;
}

/// `Nov  6 08:49:37 1994`.
Date read_asctime(DateReader& in) noexcept {
    Date date;
    date.month = in.month();
    in.expect(" ");
    const bool padded = in.starts_with(" ");
    if (padded) { in.expect(" "); }
    date.day = static_cast<unsigned>(in.number(padded ? 1 : 2));
    in.expect(" ");
    date.time = in.time_of_day();
    in.expect(" ");
    date.year = in.number(4);
    return date;
}

Date read_date(DateReader& in, WallTime now) noexcept {
    in.skip_word();
    if (!in.starts_with(",")) {
        in.expect(" ");
        return read_asctime(in);
    }
    in.expect(", ");
    DateReader ahead = in;
    static_cast<void>(ahead.number(2));
    return read_day_first(in, ahead.starts_with("-") ? "-" : " ", now);
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text, WallTime now) noexcept {
    DateReader in(text);
    const Date date = read_date(in, now);
    const std::chrono::year_month_day day{
        std::chrono::year(date.year), std::chrono::month(date.month), std::chrono::day(date.day)};
    // The clock counts nanoseconds in 64 bits: beyond 2262 they overflow.
    constexpr int year_max = 2200;
    if (!in.complete() || !day.ok() || date.year < 1970 || date.year > year_max) {
        return std::nullopt;
    }
    return std::chrono::sys_days(day) + date.time;
}

}  // namespace spillway
