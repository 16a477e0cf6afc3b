#include "telemetry/json_text.hpp"

#include "base/block.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <span>

namespace spillway {

namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

struct Character {
    std::size_t bytes = 1;
    bool valid = false;
};

/// The UTF-8 character at the start of `text` (RFC 3629: no surrogates, no overlong forms, at most
/// U+10FFFF); one invalid byte when there is none. `text` is not empty.
Character first_character(std::string_view text) noexcept {
    const auto at = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto continues = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const unsigned lead = at(0);

    if (lead < 0x80) { return {1, true}; }
    if (lead >= 0xC2 && lead <= 0xDF) { return continues(1) ? Character{2, true} : Character{}; }
    if (lead >= 0xE0 && lead <= 0xEF) {
        const unsigned lowest = lead == 0xE0 ? 0xA0 : 0x80;
        const unsigned highest = lead == 0xED ? 0x9F : 0xBF;
        const bool valid = at(1) >= lowest && at(1) <= highest && continues(2);
        return valid ? Character{3, true} : Character{};
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const unsigned lowest = lead == 0xF0 ? 0x90 : 0x80;
        const unsigned highest = lead == 0xF4 ? 0x8F : 0xBF;
        const bool valid = at(1) >= lowest && at(1) <= highest && continues(2) && continues(3);
        return valid ? Character{4, true} : Character{};
    }
    return {};
}

/// What stands for one character that cannot stand for itself; empty when it can.
std::string_view escape_of(std::string_view character, std::array<char, 6>& storage) noexcept {
    if (character == "\xE2\x80\xA8") { return "\\u2028"; }
    if (character == "\xE2\x80\xA9") { return "\\u2029"; }
    if (character.size() > 1) { return {}; }
    switch (character.front()) {
        case '"': return "\\\"";
        case '\\': return "\\\\";
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        default: break;
    }
    const auto byte = static_cast<unsigned char>(character.front());
    if (byte >= 0x20 && byte != 0x7F) { return {}; }
    constexpr std::string_view digits = "0123456789abcdef";
    storage = {'\\', 'u', '0', '0', digits[byte >> 4U], digits[byte & 0xFU]};
    return {storage.data(), storage.size()};
}

bool needs_escape(Block block) noexcept {
    return marks(reinterpret_cast<Block>((block < 0x20) | (block >= 0x7F) | (block == '"') |
                                         (block == '\\'))) != 0;
}

/// True when every byte stands for itself: nearly every text, copied at once.
bool is_plain(std::string_view text) noexcept {
    while (text.size() >= sizeof(Block)) {
        if (needs_escape(load_block(text.data()))) { return false; }
        text.remove_prefix(sizeof(Block));
    }
    Block rest = Block{} + ' ';
    text.copy(reinterpret_cast<char*>(&rest), sizeof rest);
    return !needs_escape(rest);
}

/// Fills the places from the right; what has no place is left out.
template <std::size_t Places>
void put_digits(std::span<char, Places> places, std::int64_t value) noexcept {
    for (std::size_t i = Places; i-- > 0; value /= 10) {
        places[i] = static_cast<char>('0' + value % 10);
    }
}

void append_escaped(std::string& out, std::string_view text, std::size_t bytes_max) {
    const std::size_t end = out.size() + bytes_max;
    std::size_t cut = out.size();  // where the ellipsis goes when the rest does not fit
    while (!text.empty()) {
        std::array<char, 6> storage;
        const Character character = first_character(text);
        const std::string_view itself = text.substr(0, character.bytes);
        const std::string_view escape = character.valid ? escape_of(itself, storage)
                                                        : std::string_view("\\ufffd");
        const std::string_view piece = escape.empty() ? itself : escape;
        if (out.size() + piece.size() > end) {
            out.resize(cut);
            out += ellipsis;
            return;
        }
        out += piece;
        if (out.size() + ellipsis.size() <= end) { cut = out.size(); }
        text.remove_prefix(character.bytes);
    }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text, std::size_t escaped_bytes_max) {
    if (text.size() <= escaped_bytes_max && is_plain(text)) {
        const std::size_t at = out.size();
        out.resize(at + text.size() + 2, '"');
        text.copy(out.data() + at + 1, text.size());
        return;
    }
    out += '"';
    append_escaped(out, text, escaped_bytes_max);
    out += '"';
}

void append_json_time(std::string& out, WallTime at) {
    using namespace std::chrono;
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const hh_mm_ss clock{floor<microseconds>(at - day)};

    std::array text = std::to_array("\"0000-00-00T00:00:00.000000Z\"");
    put_digits(std::span(text).subspan<1, 4>(), static_cast<int>(date.year()));
    put_digits(std::span(text).subspan<6, 2>(), static_cast<unsigned>(date.month()));
    put_digits(std::span(text).subspan<9, 2>(), static_cast<unsigned>(date.day()));
    put_digits(std::span(text).subspan<12, 2>(), clock.hours().count());
    put_digits(std::span(text).subspan<15, 2>(), clock.minutes().count());
    put_digits(std::span(text).subspan<18, 2>(), clock.seconds().count());
    put_digits(std::span(text).subspan<21, 6>(), clock.subseconds().count());
    out.append(text.data(), text.size() - 1);
}

void JsonObject::text(const JsonKey& key, std::string_view value, std::size_t escaped_bytes_max) {
    append_json_string(this->value(key), value, escaped_bytes_max);
}

void JsonObject::named(std::string_view key, std::string_view value,
                       std::size_t escaped_bytes_max) {
    if (!is_empty_) { out_ += ','; }
    is_empty_ = false;
    out_.append(1, '"').append(key).append("\":");
    append_json_string(out_, value, escaped_bytes_max);
}

void JsonObject::number(const JsonKey& key, std::int64_t value) {
    std::array<char, 20> storage;
    const auto end = std::to_chars(storage.data(), storage.data() + storage.size(), value).ptr;
    this->value(key).append(storage.data(), end);
}

void JsonObject::milliseconds(const JsonKey& key, Duration value) {
    using std::chrono::microseconds;
    const auto whole = std::chrono::duration_cast<microseconds>(value).count();
    const auto count = static_cast<std::uint64_t>(std::max<microseconds::rep>(whole, 0));
    std::array<char, 24> storage;
    char* const point = std::to_chars(storage.data(), storage.data() + 20, count / 1000).ptr;
    *point = '.';
    put_digits(std::span<char, 3>(point + 1, 3), static_cast<std::int64_t>(count % 1000));
    this->value(key).append(storage.data(), point + 4);
}

void JsonObject::time(const JsonKey& key, WallTime at) { append_json_time(value(key), at); }

std::string& JsonObject::value(const JsonKey& key) {
    out_ += is_empty_ ? key.without_comma() : key.with_comma();
    is_empty_ = false;
    return out_;
}

void append_json_texts(std::string& out, const std::map<std::string, std::string>& texts,
                       std::size_t escaped_bytes_max) {
    JsonObject object(out);
    for (const auto& [name, text] : texts) { object.named(name, text, escaped_bytes_max); }
    object.finish();
}

}  // namespace spillway
