#include "wire/hints.hpp"

#include "wire/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace spillway {

namespace {

using Seconds = std::chrono::duration<double>;

/// The fields read here, in the order of their names' table.
enum class Hint : std::uint8_t {
    retry_after_ms,
    ms_retry_after_ms,
    retry_after,
    remaining_tokens,
    remaining_requests,
    limit_tokens,
    reset_tokens,
    reset_tokens_hyphen,
    reset_requests,
    spillover_from,
    is_spilled_over,
    count,
};
constexpr auto hint_count = static_cast<std::size_t>(Hint::count);

constexpr std::array<std::string_view, hint_count> names = {
    "retry-after-ms",
    "x-ms-retry-after-ms",
    "retry-after",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-limit-tokens",
    "x-ratelimit-reset-tokens",
    "x-rate-limit-reset-tokens",  // Azure's 429 of 2023 (§3.3)
    "x-ratelimit-reset-requests",
    "x-ms-spillover-from-deployment",
    "x-ms-is-spilled-over",
};

/// Before 2026 the deployment's name was part of the field's name (§3.3).
constexpr std::string_view old_spillover_prefix = "x-ms-spillover-from-";

struct Found {
    std::array<std::string_view, hint_count> values;

    [[nodiscard]] std::string_view operator[](Hint hint) const noexcept {
        return values[static_cast<std::size_t>(hint)];
    }
};

/// One pass over the head: most of its fields are neither x-... nor retry-...
Found collect(const Fields& fields) noexcept {
    Found found;
    for (const Field& field : fields.all()) {
        if (field.name.empty()) { continue; }
        const char initial = static_cast<char>(field.name[0] | 0x20);
        if (initial != 'x' && initial != 'r') { continue; }
        const auto* const name = std::ranges::find_if(names, [&field](std::string_view known) {
            return equal_ignoring_case(known, field.name);
        });
        const bool old_spillover = equal_ignoring_case(field.name
                                                           .substr(0, old_spillover_prefix.size()),
                                                       old_spillover_prefix);
        const std::size_t at = name != names.end() ? static_cast<std::size_t>(name - names.begin())
                                                   : static_cast<std::size_t>(Hint::spillover_from);
        const bool wanted = name != names.end() || old_spillover;
        if (wanted && found.values[at].empty()) { found.values[at] = field.value; }
    }
    return found;
}

std::optional<std::int64_t> integer(std::string_view text) noexcept {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) { return std::nullopt; }
    return value;
}

std::optional<std::int64_t> count(std::string_view text) noexcept {
    const auto value = integer(text);
    return value && *value >= 0 ? value : std::nullopt;
}

std::optional<Duration> bounded(Seconds duration) noexcept {
    if (!(duration.count() >= 0) || duration > hint_max) { return std::nullopt; }
    return std::chrono::round<Duration>(duration);
}

/// A decimal without sign or exponent at the front of `text`, which is moved behind it.
std::optional<double> take_decimal(std::string_view& text) noexcept {
    if (text.empty() || text[0] < '0' || text[0] > '9') { return std::nullopt; }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value,
                                              std::chars_format::fixed);
    if (error != std::errc{}) { return std::nullopt; }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<Duration> plain(std::string_view text, Seconds unit) noexcept {
    const auto value = take_decimal(text);
    return value && text.empty() ? bounded(*value * unit) : std::nullopt;
}

/// The unit at the front of `text`, which is moved behind it; 0 when there is none.
Seconds take_unit(std::string_view& text) noexcept {
    struct Row {
        std::string_view name;
        Seconds unit;
    };
    // Longer names before their prefixes. The micro sign has two code points.
    constexpr std::array rows = {
        Row{"ns", Seconds(1e-9)},        Row{"us", Seconds(1e-6)}, Row{"\xC2\xB5s", Seconds(1e-6)},
        Row{"\xCE\xBCs", Seconds(1e-6)}, Row{"ms", Seconds(1e-3)}, Row{"s", Seconds(1)},
        Row{"m", Seconds(60)},           Row{"h", Seconds(3600)},
    };
    const auto* const row = std::ranges::find_if(rows, [text](const Row& candidate) {
        return text.starts_with(candidate.name);
    });
    if (row == rows.end()) { return Seconds(0); }
    text.remove_prefix(row->name.size());
    return row->unit;
}

/// Whole seconds as Azure writes them, or a Go duration (`6m0s`, `17ms`) as OpenAI does.
std::optional<Duration> reset(std::string_view text) noexcept {
    if (const auto seconds = plain(text, Seconds(1))) { return seconds; }
    Seconds sum(0);
    if (text.empty()) { return std::nullopt; }
    while (!text.empty()) {
        const auto value = take_decimal(text);
        const Seconds unit = value ? take_unit(text) : Seconds(0);
        if (unit.count() == 0) { return std::nullopt; }
        sum += *value * unit;
    }
    return bounded(sum);
}

std::optional<Duration> retry_after(const Found& found, WallTime wall) noexcept {
    constexpr Seconds millisecond(1e-3);
    if (const auto ms = plain(found[Hint::retry_after_ms], millisecond)) { return ms; }
    if (const auto ms = plain(found[Hint::ms_retry_after_ms], millisecond)) { return ms; }
    const std::string_view text = found[Hint::retry_after];
    if (const auto seconds = plain(text, Seconds(1))) { return seconds; }
    const auto date = parse_http_date(text, wall);
    if (!date) { return std::nullopt; }
    return bounded(std::max<Seconds>(*date - wall, Seconds(0)));
}

bool is_sentinel(std::string_view text) noexcept { return integer(text).value_or(0) < 0; }

}  // namespace

Hints parse_hints(const Fields& fields, WallTime wall) noexcept {
    const Found found = collect(fields);
    Hints hints;
    hints.retry_after = retry_after(found, wall);
    hints.remaining_tokens = count(found[Hint::remaining_tokens]);
    hints.remaining_requests = count(found[Hint::remaining_requests]);
    hints.limit_tokens = count(found[Hint::limit_tokens]);
    if (!is_sentinel(found[Hint::remaining_tokens]) && !is_sentinel(found[Hint::limit_tokens])) {
        hints.reset_tokens = reset(found[Hint::reset_tokens]);
        if (!hints.reset_tokens) { hints.reset_tokens = reset(found[Hint::reset_tokens_hyphen]); }
    }
    if (!is_sentinel(found[Hint::remaining_requests])) {
        hints.reset_requests = reset(found[Hint::reset_requests]);
    }
    hints.spilled_over = !found[Hint::spillover_from].empty() ||
                         equal_ignoring_case(found[Hint::is_spilled_over], "true");
    return hints;
}

}  // namespace spillway
