// Log lines as JSON, appended to a buffer that is reused. Separate from the two logs because its
// promise is about bytes: whatever it is given, what it appends is valid JSON on one line, and
// never longer than asked for.
#pragma once

#include "spillway/time.hpp"

#include <cstddef>
#include <cstdint>
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

/// Members of one JSON object, in the order of the calls. Keys are ours and are not escaped.
class JsonObject {
public:
    /// Opens the object; `finish` closes it. Nothing else may append to `out` in between, except
    /// after `value`.
    explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }

    void text(std::string_view key, std::string_view value, std::size_t escaped_bytes_max);
    void number(std::string_view key, std::int64_t value);
    /// Milliseconds with microsecond digits, e.g. 12.345; below zero is written as 0.
    void milliseconds(std::string_view key, Duration value);
    void time(std::string_view key, WallTime at);
    /// Writes the key; the caller appends its value, which must be JSON.
    std::string& value(std::string_view key);
    void finish() { out_ += '}'; }

private:
    std::string& out_;
    char separator_ = '\0';  // before the next member; none before the first
};

}  // namespace spillway
