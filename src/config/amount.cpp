#include "config/amount.hpp"

#include "spillway/money.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <optional>
#include <span>
#include <system_error>

namespace spillway {

namespace {

struct Suffix {
    std::string_view text;
    std::int64_t factor;
};

/// A common other spelling of a suffix.
struct Misspelling {
    std::string_view lower_case;
    std::string_view suffix;
};

constexpr std::int64_t kibi = 1024;
constexpr std::int64_t milli_ns = 1'000'000;
constexpr std::int64_t second_ns = 1000 * milli_ns;

// Largest factor last: format_amount takes the last one that divides evenly.
constexpr std::array plain_suffixes{Suffix{"", 1}};
constexpr std::array count_suffixes{Suffix{"", 1}, Suffix{"k", 1000}, Suffix{"M", 1'000'000}};
constexpr std::array bytes_suffixes{Suffix{"", 1}, Suffix{"KiB", kibi}, Suffix{"MiB", kibi* kibi},
                                    Suffix{"GiB", kibi* kibi* kibi}};
constexpr std::array duration_suffixes{Suffix{"ms", milli_ns}, Suffix{"s", second_ns},
                                       Suffix{"m", 60 * second_ns}, Suffix{"h", 3600 * second_ns}};

constexpr std::array money_suffixes{Suffix{"", 1'000'000}};

constexpr std::array count_misspellings{Misspelling{"k", "k"}, Misspelling{"m", "M"}};
constexpr std::array bytes_misspellings{
    Misspelling{"b", ""},      Misspelling{"k", "KiB"}, Misspelling{"kb", "KiB"},
    Misspelling{"kib", "KiB"}, Misspelling{"m", "MiB"}, Misspelling{"mb", "MiB"},
    Misspelling{"mib", "MiB"}, Misspelling{"g", "GiB"}, Misspelling{"gb", "GiB"},
    Misspelling{"gib", "GiB"}, Misspelling{"bytes", ""}};
constexpr std::array duration_misspellings{
    Misspelling{"", "s"},       Misspelling{"msec", "ms"},   Misspelling{"millis", "ms"},
    Misspelling{"ms", "ms"},    Misspelling{"s", "s"},       Misspelling{"sec", "s"},
    Misspelling{"secs", "s"},   Misspelling{"second", "s"},  Misspelling{"seconds", "s"},
    Misspelling{"m", "m"},      Misspelling{"min", "m"},     Misspelling{"mins", "m"},
    Misspelling{"minute", "m"}, Misspelling{"minutes", "m"}, Misspelling{"h", "h"},
    Misspelling{"hr", "h"},     Misspelling{"hour", "h"},    Misspelling{"hours", "h"}};

constexpr std::array money_misspellings{Misspelling{"usd", ""}, Misspelling{"eur", ""}};

struct Notation {
    std::span<const Suffix> suffixes;
    std::span<const Misspelling> misspellings;
    std::string_view words;
    std::string_view pattern;
};

const Notation& notation(Unit unit) {
    static constexpr Notation plain{plain_suffixes, {}, "a whole number", "[0-9]+"};
    static constexpr Notation count{count_suffixes, count_misspellings,
                                    "a number such as 600, 100k or 2M", "[0-9]+(\\.[0-9]+)?[kM]?"};
    static constexpr Notation bytes{bytes_suffixes, bytes_misspellings,
                                    "a size such as 65536, 64KiB or 1MiB",
                                    "[0-9]+(\\.[0-9]+)?([KMG]iB)?"};
    static constexpr Notation duration{duration_suffixes, duration_misspellings,
                                       "a duration such as 500ms, 20s, 10m or 1h",
                                       "[0-9]+(\\.[0-9]+)?(ms|s|m|h)"};
    static constexpr Notation money{money_suffixes, money_misspellings,
                                    "an amount such as 10, 2.50 or 0.075, of at most six decimals",
                                    "[0-9]+(\\.[0-9]{1,6})?"};
    switch (unit) {
        case Unit::plain: return plain;
        case Unit::count: return count;
        case Unit::bytes: return bytes;
        case Unit::duration: return duration;
        case Unit::money: return money;
    }
    return plain;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `12.50abc` taken apart: digits and fraction as numbers, the rest as it stands.
struct Decimal {
    std::int64_t whole = 0;
    std::int64_t fraction = 0;
    std::int64_t scale = 1;  // fraction / scale is what stood behind the point
    std::string_view number;
    std::string_view rest;
};

// With six digits, fraction times the largest factor (an hour in ns) still fits 64 bits.
constexpr std::size_t fraction_digits_max = 6;

std::optional<Decimal> take_decimal(std::string_view text) {
    const auto end_of_digits = [text](std::size_t from) {
        while (from < text.size() && is_digit(text[from])) { ++from; }
        return from;
    };
    Decimal decimal;
    std::size_t end = end_of_digits(0);
    if (end == 0) { return std::nullopt; }
    const auto whole = std::from_chars(text.data(), text.data() + end, decimal.whole);
    if (whole.ec != std::errc{}) { return std::nullopt; }
    if (end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
        const std::size_t start = end + 1;
        end = end_of_digits(start);
        if (end - start > fraction_digits_max) { return std::nullopt; }
        std::from_chars(text.data() + start, text.data() + end, decimal.fraction);
        for (std::size_t i = start; i < end; ++i) { decimal.scale *= 10; }
    }
    decimal.number = text.substr(0, end);
    decimal.rest = text.substr(end);
    return decimal;
}

/// The number times `factor`, if that is a whole number that fits.
std::optional<std::int64_t> multiply(const Decimal& decimal, std::int64_t factor) {
    const std::int64_t part = decimal.fraction * factor;
    const std::int64_t room = std::numeric_limits<std::int64_t>::max() - part;
    if (decimal.whole > room / factor || part % decimal.scale != 0) { return std::nullopt; }
    return decimal.whole * factor + part / decimal.scale;
}

/// What was probably meant: separators and blanks out, another spelling of the suffix put right.
std::string corrected(std::string_view text, const Notation& notation) {
    std::string tidy;
    for (const char c : text) {
        if (c == ' ' || c == '_' || c == ',') { continue; }
        tidy += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    const auto decimal = take_decimal(tidy);
    if (!decimal) { return {}; }
    for (const Suffix& suffix : notation.suffixes) {
        if (decimal->rest == suffix.text) { return tidy; }
    }
    for (const Misspelling& misspelling : notation.misspellings) {
        if (decimal->rest == misspelling.lower_case) {
            return std::string(decimal->number) + std::string(misspelling.suffix);
        }
    }
    return {};
}

}  // namespace

Parsed<std::int64_t> parse_amount(std::string_view text, Unit unit) {
    const Notation& form = notation(unit);
    if (const auto decimal = take_decimal(text)) {
        for (const Suffix& suffix : form.suffixes) {
            if (decimal->rest != suffix.text) { continue; }
            if (const auto amount = multiply(*decimal, suffix.factor)) { return *amount; }
        }
    }
    const std::string better = corrected(text, form);
    return Complaint{"has to be " + std::string(form.words),
                     better.empty() || better == text ? std::string{} : "write " + better};
}

std::string format_amount(std::int64_t amount, Unit unit) {
    constexpr Money nanos_per_step = 1000;
    if (unit == Unit::money) { return money_text(amount * nanos_per_step); }
    const auto suffixes = notation(unit).suffixes;
    if (amount == 0) { return unit == Unit::duration ? "0s" : "0"; }
    const auto best = std::find_if(suffixes.rbegin(), suffixes.rend(),
                                   [amount](const Suffix& s) { return amount % s.factor == 0; });
    const Suffix& suffix = best == suffixes.rend() ? suffixes.front() : *best;
    return std::to_string(amount / suffix.factor) + std::string(suffix.text);
}

std::string_view words_for(Unit unit) noexcept { return notation(unit).words; }

std::string_view pattern_for(Unit unit) noexcept { return notation(unit).pattern; }

Parsed<double> parse_ratio(std::string_view text) {
    double value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_digit(c) || c == '.';
    });
    if (is_plain && ec == std::errc{} && end == text.data() + text.size()) { return value; }
    const bool is_percent = ec == std::errc{} && std::string_view(end, text.end()) == "%";
    return Complaint{"has to be a number such as 0.5",
                     is_percent ? "write " + format_ratio(value / 100) : std::string{}};
}

std::string format_ratio(double ratio) {
    std::array<char, 32> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), ratio);
    return {buffer.data(), written.ptr};
}

Parsed<bool> parse_flag(std::string_view text) {
    if (text == "true") { return true; }
    if (text == "false") { return false; }
    constexpr std::array<std::string_view, 6> yes{"yes", "Yes", "on", "On", "True", "1"};
    constexpr std::array<std::string_view, 6> no{"no", "No", "off", "Off", "False", "0"};
    std::string suggestion;
    if (std::find(yes.begin(), yes.end(), text) != yes.end()) { suggestion = "write true"; }
    if (std::find(no.begin(), no.end(), text) != no.end()) { suggestion = "write false"; }
    return Complaint{"has to be true or false", suggestion};
}

}  // namespace spillway
