#include "wire/json.hpp"

#include "wire/json_quote.hpp"

#include <array>
#include <charconv>

namespace spillway {

namespace {

constexpr std::size_t npos = std::string_view::npos;

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view skip_blanks(std::string_view text) noexcept {
    std::size_t i = 0;
    while (i < text.size() && is_blank(text[i])) { ++i; }
    return text.substr(i);
}

/// Position of the quote that closes a string whose first character is at `from`.
std::size_t closing_quote(std::string_view text, std::size_t from) noexcept {
    for (std::size_t quote = text.find('"', from); quote != npos;
         quote = text.find('"', quote + 1)) {
        std::size_t slashes = 0;
        while (quote - slashes > from && text[quote - slashes - 1] == '\\') { ++slashes; }
        if (slashes % 2 == 0) { return quote; }
    }
    return npos;
}

constexpr std::array<bool, 256> make_set(std::string_view members) {
    std::array<bool, 256> set{};
    for (const char c : members) { set[static_cast<unsigned char>(c)] = true; }
    return set;
}

constexpr auto structural = make_set("\"{}[]");
constexpr auto scalar_end = make_set(" \t\r\n,:\"{}[]");

std::size_t find_in(const std::array<bool, 256>& set, std::string_view text,
                    std::size_t from) noexcept {
    while (from < text.size() && !set[static_cast<unsigned char>(text[from])]) { ++from; }
    return from;
}

/// Length of the container that starts the text, brackets included; npos when it does not end.
std::size_t container_length(std::string_view text) noexcept {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); i = find_in(structural, text, i + 1)) {
        const char c = text[i];
        if (c == '"') {
            i = closing_quote(text, i + 1);
            if (i == npos) { return npos; }
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (--depth == 0) {
            return i + 1;
        }
    }
    return npos;
}

JsonValue::Kind scalar_kind(std::string_view token) noexcept {
    using Kind = JsonValue::Kind;
    if (token == "null") { return Kind::null; }
    if (token == "true" || token == "false") { return Kind::boolean; }
    const bool numeric = !token.empty() &&
                         (token[0] == '-' || (token[0] >= '0' && token[0] <= '9'));
    return numeric ? Kind::number : Kind::none;
}

/// A value cut out of the front of a text, and what follows it.
struct Cut {
    JsonValue value;
    std::string_view rest;
};

Cut cut_value(std::string_view text) noexcept {
    using Kind = JsonValue::Kind;
    text = skip_blanks(text);
    if (text.empty()) { return {}; }
    if (text[0] == '"') {
        const std::size_t end = closing_quote(text, 1);
        if (end == npos) { return {}; }
        return {{Kind::string, text.substr(1, end - 1)}, text.substr(end + 1)};
    }
    if (text[0] == '{' || text[0] == '[') {
        const std::size_t length = container_length(text);
        if (length == npos) { return {}; }
        const Kind kind = text[0] == '{' ? Kind::object : Kind::array;
        return {{kind, text.substr(0, length)}, text.substr(length)};
    }
    const std::string_view token = text.substr(0, find_in(scalar_end, text, 0));
    return {{scalar_kind(token), token}, text.substr(token.size())};
}

std::uint32_t hex4(std::string_view digits) noexcept {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value,
                                              16);
    return error == std::errc{} && end == digits.data() + 4 ? value : 0xFFFD;
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto byte = [&out](std::uint32_t bits) { out.push_back(static_cast<char>(bits)); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0U | code >> 6U);
        byte(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        byte(0xE0U | code >> 12U);
        byte(0x80U | (code >> 6U & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    } else {
        byte(0xF0U | code >> 18U);
        byte(0x80U | (code >> 12U & 0x3FU));
        byte(0x80U | (code >> 6U & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    }
}

/// Appends the character of a `\u` escape whose digits start at `at`; returns how many bytes it
/// took.
std::size_t append_unicode_escape(std::string& out, std::string_view text, std::size_t at) {
    constexpr std::string_view continuation = "\\u";
    std::uint32_t code = hex4(text.substr(at, 4));
    std::size_t taken = 4;
    const bool high = code >= 0xD800 && code < 0xDC00;
    if (high && at + 4 <= text.size() && text.substr(at + 4, 2) == continuation) {
        const std::uint32_t low = hex4(text.substr(at + 6, 4));
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
            taken = 10;
        }
    }
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    append_utf8(out, surrogate ? 0xFFFD : code);
    return taken;
}

char unescaped(char c) noexcept {
    switch (c) {
        case 'n': return '\n';
        case 't': return '\t';
        case 'r': return '\r';
        case 'b': return '\b';
        case 'f': return '\f';
        default: return c;
    }
}

}  // namespace

JsonValue JsonValue::parse(std::string_view text) noexcept { return cut_value(text).value; }

bool JsonValue::has_content() const noexcept {
    switch (kind_) {
        case Kind::none:
        case Kind::null: return false;
        case Kind::boolean:
        case Kind::number: return true;
        case Kind::string: return !text_.empty();
        case Kind::array:
        case Kind::object: return skip_blanks(text_.substr(1)).size() > 1;
    }
    return false;
}

JsonValue JsonValue::operator[](std::string_view name) const noexcept {
    if (kind_ != Kind::object) { return {}; }
    JsonMembers members(*this);
    while (members.next()) {
        if (members.name() == name) { return members.value(); }
    }
    return {};
}

std::optional<std::int64_t> JsonValue::integer() const noexcept {
    if (kind_ != Kind::number) { return std::nullopt; }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc{} || end != text_.data() + text_.size()) { return std::nullopt; }
    return value;
}

std::string JsonValue::string(std::size_t bytes_max) const {
    if (kind_ == Kind::number) { return std::string(text_.substr(0, bytes_max)); }
    if (kind_ != Kind::string) { return {}; }
    std::string out;
    for (std::size_t i = 0; i < text_.size() && out.size() <= bytes_max; ++i) {
        if (text_[i] != '\\' || i + 1 == text_.size()) {
            out.push_back(text_[i]);
        } else if (text_[++i] == 'u') {
            i += append_unicode_escape(out, text_, i + 1);
        } else {
            out.push_back(unescaped(text_[i]));
        }
    }
    out.resize(utf8_prefix(out, bytes_max).size());
    return out;
}

JsonMembers::JsonMembers(const JsonValue& container) noexcept : kind_(container.kind()) {
    const bool is_container = kind_ == JsonValue::Kind::object || kind_ == JsonValue::Kind::array;
    if (is_container) { rest_ = skip_blanks(container.text().substr(1)); }
}

bool JsonMembers::next() noexcept {
    if (rest_.empty() || rest_[0] == '}' || rest_[0] == ']') { return false; }
    if (kind_ == JsonValue::Kind::object) {
        const Cut key = cut_value(rest_);
        rest_ = skip_blanks(key.rest);
        if (key.value.kind() != JsonValue::Kind::string || rest_.empty() || rest_[0] != ':') {
            rest_ = {};
            return false;
        }
        name_ = key.value.text();
        rest_.remove_prefix(1);
    }
    const Cut item = cut_value(rest_);
    value_ = item.value;
    rest_ = skip_blanks(item.rest);
    if (value_.kind() == JsonValue::Kind::none) { rest_ = {}; }
    if (!rest_.empty() && rest_[0] == ',') { rest_ = skip_blanks(rest_.substr(1)); }
    return value_.kind() != JsonValue::Kind::none;
}

}  // namespace spillway
