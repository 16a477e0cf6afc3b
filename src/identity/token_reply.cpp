#include "identity/token_reply.hpp"

#include "wire/http_date.hpp"
#include "wire/json.hpp"
#include "wire/octets.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace spillway {
namespace {

using octets::Class;
using std::chrono::seconds;

constexpr std::size_t body_bytes_max = std::size_t{64} * 1024;
constexpr std::size_t word_bytes_max = 64;
constexpr std::int64_t seconds_max = 253'402'300'799;  // the end of the year 9999

/// All of `text`, as a whole number; a fraction is cut off.
std::optional<std::int64_t> whole_number(std::string_view text) noexcept {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, ec] = std::from_chars(text.data(), end, number);
    if (ec != std::errc{} || number < 0 || number > seconds_max) { return std::nullopt; }
    const std::string_view rest(stopped, static_cast<std::size_t>(end - stopped));
    const bool fraction = rest.size() > 1 && rest[0] == '.' &&
                          octets::all(Class::digit, rest.substr(1));
    return rest.empty() || fraction ? std::optional(number) : std::nullopt;
}

/// Two or four digits of fixed places.
std::optional<int> digits(std::string_view text) noexcept {
    if (!octets::all(Class::digit, text)) { return std::nullopt; }
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// `Z`, `+02:00`, `-0800`; nothing for anything else.
std::optional<std::chrono::minutes> zone(std::string_view text) noexcept {
    using std::chrono::hours;
    using std::chrono::minutes;
    if (text == "Z" || text == "z") { return minutes(0); }
    const bool colon = text.size() == 6 && text[3] == ':';
    if (text.empty() || (text[0] != '+' && text[0] != '-') || (text.size() != 5 && !colon)) {
        return std::nullopt;
    }
    const auto hour = digits(text.substr(1, 2));
    const auto minute = digits(text.substr(text.size() - 2));
    if (!hour || !minute || *hour > 23 || *minute > 59) { return std::nullopt; }
    const minutes offset = hours(*hour) + minutes(*minute);
    return text[0] == '-' ? -offset : offset;
}

/// `2026-11-26T03:55:00[.123]Z`; a blank instead of the T is taken, too.
std::optional<WallTime> parse_rfc3339(std::string_view text) noexcept {
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
    if (text.size() <= form.size()) { return std::nullopt; }
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool blank = form[i] == 'T' && (text[i] == 't' || text[i] == ' ');
        const bool fits = form[i] == 'd' ? octets::is(Class::digit, text[i])
                                         : text[i] == form[i] || blank;
        if (!fits) { return std::nullopt; }
    }
    const auto at = [&](std::size_t from, std::size_t size) {
        return digits(text.substr(from, size)).value_or(0);
    };
    const std::chrono::year_month_day date{std::chrono::year(at(0, 4)),
                                           std::chrono::month(static_cast<unsigned>(at(5, 2))),
                                           std::chrono::day(static_cast<unsigned>(at(8, 2)))};
    std::string_view rest = text.substr(form.size());
    if (rest[0] == '.') {
        const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
        rest.remove_prefix(end);
    }
    const auto offset = zone(rest);
    if (!date.ok() || !offset || at(11, 2) > 23 || at(14, 2) > 59 || at(17, 2) > 60) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(at(11, 2)) +
           std::chrono::minutes(at(14, 2)) + seconds(at(17, 2)) - *offset;
}

std::optional<Duration> as_duration(const JsonValue& value) {
    const auto number = whole_number(value.string(word_bytes_max));
    if (!number) { return std::nullopt; }
    return std::min<Duration>(seconds(std::min(*number, seconds_max / 1000)), token_lifetime_max);
}

/// `expires_on` knows of a token that was cached on its way; `expires_in` needs no clock of ours.
std::optional<Duration> lifetime(const JsonValue& reply, WallTime now) {
    const auto on = parse_expiry(reply["expires_on"].string(word_bytes_max), now);
    if (on && *on > now) {
        return std::min(std::chrono::duration_cast<Duration>(*on - now), token_lifetime_max);
    }
    const auto in = as_duration(reply["expires_in"]);
    return in && *in > Duration::zero() ? in : std::nullopt;
}

/// Error codes and AADSTS numbers are worth a log line; descriptions may quote what was sent.
std::string word_of(const JsonValue& reply) {
    std::string word = reply["error"].kind() == JsonValue::Kind::object
                           ? reply["error"]["code"].string(word_bytes_max)
                           : reply["error"].string(word_bytes_max);
    const std::string text = reply["error_description"].string(word_bytes_max);
    if (text.starts_with("AADSTS")) { word += " " + text.substr(0, text.find(':')); }
    const bool clean = std::ranges::all_of(word, [](char c) {
        return octets::is(Class::token, c) || c == ' ';
    });
    return clean ? word : std::string{};
}

TokenRefusal refusal(int status, const JsonValue& reply) {
    constexpr int gone = 410;
    const bool busy = status == 404 || status == gone || status == 408 || status == 429 ||
                      status >= 500;
    return {busy ? TokenTrouble::busy : TokenTrouble::refused, status == gone, word_of(reply)};
}

}  // namespace

std::optional<WallTime> parse_expiry(std::string_view text, WallTime now) noexcept {
    if (const auto epoch = whole_number(text)) { return WallTime(seconds(*epoch)); }
    if (const auto date = parse_rfc3339(text)) { return date; }
    return parse_http_date(text, now);
}

std::variant<Token, TokenRefusal> read_token_reply(int status, std::string_view body,
                                                   WallTime now) {
    const JsonValue reply = JsonValue::parse(body.substr(0, body_bytes_max));
    if (status != 200) { return refusal(status, reply); }
    Token token{Secret(reply["access_token"].string(token_bytes_max + 1)), {}, {}};
    const std::string& text = token.value.reveal();
    const bool usable = !text.empty() && text.size() <= token_bytes_max &&
                        octets::all(Class::visible, text);
    const auto life = lifetime(reply, now);
    if (!usable || !life) { return TokenRefusal{TokenTrouble::malformed, false, {}}; }
    token.lifetime = *life;
    token.refresh_in = as_duration(reply["refresh_in"]);
    return token;
}

}  // namespace spillway
