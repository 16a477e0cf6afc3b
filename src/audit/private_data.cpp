#include "audit/private_data.hpp"

#include <algorithm>

namespace spillway {

namespace {

constexpr std::size_t local_part_max = 64;  // RFC 5321 §4.5.3.1
constexpr std::size_t domain_max = 255;
constexpr std::size_t card_digits_min = 13;
constexpr std::size_t card_digits_max = 19;
constexpr std::size_t iban_min = 15;
constexpr std::size_t iban_max = 34;
constexpr std::size_t key_body_min = 16;
constexpr std::size_t token_min = 8;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }
/// Of a word in any language: other letters are bytes above ASCII.
constexpr bool is_word(char c) noexcept {
    return is_digit(c) || is_letter(c) || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_one_of(char c, std::string_view set) noexcept {
    return set.find(c) != std::string_view::npos;
}
constexpr bool is_local(char c) noexcept { return is_word(c) || is_one_of(c, "._%+-"); }
constexpr bool is_domain(char c) noexcept { return is_word(c) || is_one_of(c, ".-"); }
constexpr bool is_token(char c) noexcept {
    return is_digit(c) || is_letter(c) || is_one_of(c, "-._~+/=");
}
constexpr bool is_key(char c) noexcept { return is_digit(c) || is_letter(c) || is_one_of(c, "-_"); }

template <class Is>
std::size_t run(std::string_view text, std::size_t from, Is is) noexcept {
    std::size_t end = from;
    while (end < text.size() && is(text[end])) { ++end; }
    return end;
}

/// True where a word or a number may begin.
bool is_edge(std::string_view text, std::size_t at) noexcept {
    return at == 0 || !(is_digit(text[at - 1]) || is_letter(text[at - 1]));
}

/// True where a key may begin. Keys are long: looking at each once keeps the whole linear.
bool is_key_edge(std::string_view text, std::size_t at) noexcept {
    return at == 0 || !is_key(text[at - 1]);
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), text.begin(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

/// `at` is where the local part begins; its end is at the `@`.
std::size_t email_end(std::string_view text, std::size_t at) noexcept {
    if (at > 0 && is_local(text[at - 1])) { return at; }
    const std::size_t sign = run(text.substr(0, at + local_part_max), at, is_local);
    if (sign == at || sign >= text.size() || text[sign] != '@') { return at; }
    std::size_t end = run(text.substr(0, sign + 1 + domain_max), sign + 1, is_domain);
    while (end > sign + 1 && !is_word(text[end - 1])) { --end; }
    const std::string_view domain = text.substr(sign + 1, end - sign - 1);
    const std::size_t dot = domain.rfind('.');
    const bool has_top = dot != std::string_view::npos && dot > 0 && domain.size() - dot > 2;
    return has_top ? end : at;
}

/// The longest number that begins here and has a right check digit.
std::size_t card_end(std::string_view text, std::size_t at) noexcept {
    if (!is_digit(text[at]) || !is_edge(text, at)) { return at; }
    std::array<int, card_digits_max> digits{};
    std::size_t count = 0;
    std::size_t end = at;
    for (std::size_t i = at; i < text.size() && count < card_digits_max; ++i) {
        const bool between = is_one_of(text[i], " -") && i + 1 < text.size() &&
                             is_digit(text[i + 1]);
        if (between) { continue; }
        if (!is_digit(text[i])) { break; }
        digits[count++] = text[i] - '0';
        const bool is_last = i + 1 == text.size() || !is_digit(text[i + 1]);
        if (count < card_digits_min || !is_last) { continue; }
        int sum = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const int digit = digits[count - 1 - k] * (k % 2 == 0 ? 1 : 2);
            sum += digit > 9 ? digit - 9 : digit;
        }
        if (sum % 10 == 0) { end = i + 1; }
    }
    return end;
}

/// Remainder by 97 after one more character: letters stand for two digits.
unsigned next_remainder(unsigned remainder, char c) noexcept {
    if (is_digit(c)) { return (remainder * 10 + static_cast<unsigned>(c - '0')) % 97; }
    return (remainder * 100 + static_cast<unsigned>(lower(c) - 'a') + 10) % 97;
}

std::size_t iban_end(std::string_view text, std::size_t at) noexcept {
    if (text.size() - at < iban_min || !is_edge(text, at)) { return at; }
    const auto begins = [&text, at](std::size_t i, bool letter) {
        return letter ? is_letter(text[at + i]) : is_digit(text[at + i]);
    };
    if (!begins(0, true) || !begins(1, true) || !begins(2, false) || !begins(3, false)) {
        return at;
    }
    std::size_t count = 0;
    std::size_t end = at;
    unsigned remainder = 0;
    for (std::size_t i = at; i < text.size() && count < iban_max; ++i) {
        const bool between = text[i] == ' ' && count % 4 == 0 && text[i - 1] != ' ';
        if (between) { continue; }
        if (!is_digit(text[i]) && !is_letter(text[i])) { break; }
        // The first four characters count as if they stood at the end.
        if (++count > 4) { remainder = next_remainder(remainder, text[i]); }
        const bool is_last = i + 1 == text.size() ||
                             !(is_digit(text[i + 1]) || is_letter(text[i + 1]));
        if (count < iban_min || !is_last) { continue; }
        unsigned whole = remainder;
        for (const char c : text.substr(at, 4)) { whole = next_remainder(whole, c); }
        if (whole == 1) { end = i + 1; }
    }
    return end;
}

constexpr std::array<std::string_view, 12> key_prefixes = {
    "sk-",  "sk_live_", "sk_test_", "rk_live_", "ghp_", "gho_",
    "ghs_", "glpat-",   "xoxb-",    "xoxp-",    "AKIA", "AIza"};

std::size_t api_key_end(std::string_view text, std::size_t at) noexcept {
    if (!is_key_edge(text, at)) { return at; }
    for (const std::string_view prefix : key_prefixes) {
        if (!text.substr(at).starts_with(prefix)) { continue; }
        const std::size_t end = run(text, at + prefix.size(), is_key);
        if (end - at - prefix.size() >= key_body_min) { return end; }
    }
    return at;
}

std::size_t jwt_end(std::string_view text, std::size_t at) noexcept {
    if (!is_key_edge(text, at) || !text.substr(at).starts_with("eyJ")) { return at; }
    const std::size_t head = run(text, at, is_key);
    if (head - at < token_min || head >= text.size() || text[head] != '.') { return at; }
    const std::size_t claims = run(text, head + 1, is_key);
    if (claims - head - 1 < token_min) { return at; }
    return claims < text.size() && text[claims] == '.' ? run(text, claims + 1, is_key) : claims;
}

std::size_t bearer_end(std::string_view text, std::size_t at) noexcept {
    constexpr std::string_view scheme = "bearer ";
    if (!is_edge(text, at)) { return at; }
    if (!starts_with_ignoring_case(text.substr(at), scheme)) { return jwt_end(text, at); }
    const std::size_t begin = run(text, at + scheme.size(), [](char c) { return c == ' '; });
    const std::size_t end = run(text, begin, is_token);
    return end - begin >= token_min ? end : at;
}

using EndOf = std::size_t (*)(std::string_view text, std::size_t at) noexcept;
constexpr std::array<EndOf, private_kind_names.size()> scanners = {email_end, card_end, iban_end,
                                                                   api_key_end, bearer_end};

}  // namespace

PrivateData find_private(std::string_view text, std::size_t from,
                         const PrivateKinds& kinds) noexcept {
    for (std::size_t at = from; at < text.size(); ++at) {
        if (!is_word(text[at]) && !is_local(text[at])) { continue; }
        PrivateData longest;
        for (std::size_t i = 0; i < scanners.size(); ++i) {
            const auto kind = static_cast<PrivateKind>(i);
            if (!kinds.has(kind)) { continue; }
            const std::size_t end = scanners[i](text, at);
            if (end > at && end > longest.end) { longest = {kind, at, end}; }
        }
        if (longest.found()) { return longest; }
    }
    return {};
}

}  // namespace spillway
