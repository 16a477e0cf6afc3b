// Log lines as JSON, appended to a buffer that is reused. Separate from the two logs because its
// promise is about bytes: whatever it is given, what it appends is valid JSON on one line, and
// never longer than asked for.
#pragma once

#include "spillway/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace spillway {

/// Appends `text` as a JSON string with its quotes. C0, DEL, U+2028 and U+2029 are escaped, bytes
/// that are not UTF-8 become `\ufffd` (reliability.md §4.5). What would take more than
/// `escaped_bytes_max` bytes between the quotes is cut at a character and ends in "…";
/// `escaped_bytes_max` >= 3.
void append_json_string(std::string& out, std::string_view text, std::size_t escaped_bytes_max);

/// `"2026-11-22T14:02:11.123456Z"`.
void append_json_time(std::string& out, WallTime at);

/// A member's key as it stands in the text, `,"peer":`, put together when compiling: an access-log
/// line has some twenty of them. From a literal that needs no escape.
class JsonKey {
public:
    template <std::size_t size>
    consteval JsonKey(const char (&name)[size]) {  // NOLINT(google-explicit-constructor)
        static_assert(size > 1 && size - 1 + around <= bytes_max);
        std::size_t at = 0;
        for (const char c : {',', '"'}) { text_[at++] = c; }
        for (std::size_t i = 0; i + 1 < size; ++i) { text_[at++] = name[i]; }
        for (const char c : {'"', ':'}) { text_[at++] = c; }
        size_ = at;
    }
    [[nodiscard]] std::string_view with_comma() const noexcept { return {text_.data(), size_}; }
    [[nodiscard]] std::string_view without_comma() const noexcept { return with_comma().substr(1); }

private:
    static constexpr std::size_t bytes_max = 32;
    static constexpr std::size_t around = 4;
    std::array<char, bytes_max> text_{};
    std::size_t size_ = 0;
};

/// Members of one JSON object, in the order of the calls.
class JsonObject {
public:
    /// Opens the object; `finish` closes it. Nothing else may append to `out` in between, except
    /// after `value`.
    explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }

    void text(const JsonKey& key, std::string_view value, std::size_t escaped_bytes_max);
    /// For a key that is only known at run time, and needs no escape either.
    void named(std::string_view key, std::string_view value, std::size_t escaped_bytes_max);
    void number(const JsonKey& key, std::int64_t value);
    /// Milliseconds with microsecond digits, e.g. 12.345; below zero is written as 0.
    void milliseconds(const JsonKey& key, Duration value);
    void time(const JsonKey& key, WallTime at);
    /// Writes the key; the caller appends its value, which must be JSON.
    std::string& value(const JsonKey& key);
    void finish() { out_ += '}'; }

private:
    std::string& out_;
    bool is_empty_ = true;
};

/// An object of texts. The names need no escape.
void append_json_texts(std::string& out, const std::map<std::string, std::string>& texts,
                       std::size_t escaped_bytes_max);

}  // namespace spillway
