// How a finding is shown: where, what, the line itself, and what to write instead. The quoted line
// never shows a key, because the output of `check` ends up in build logs.
#include "config/interpolate.hpp"
#include "config/text_position.hpp"
#include "spillway/config_load.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace spillway {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// True for keys that may hold a secret, misspelt ones (`apikey`) included.
bool is_secret_key(std::string_view key) {
    std::string lower(key);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    constexpr std::array<std::string_view, 4> words{"key", "secret", "password", "token"};
    return std::any_of(words.begin(), words.end(), [&lower](std::string_view word) {
        return lower.find(word) != std::string::npos;
    });
}

/// The text in front of `colon`, back to what separates it from earlier values.
std::string_view key_before(std::string_view line, std::size_t colon) {
    const std::string_view before = line.substr(0, colon);
    return before.substr(before.find_last_of("{, \t") + 1);
}

/// Where the scalar that starts at `start` ends; too far rather than too near.
std::size_t end_of_scalar(std::string_view line, std::size_t start) {
    const char first = line[start];
    std::size_t end = std::string_view::npos;
    if (first == '"' || first == '\'') {
        const std::size_t quote = line.find(first, start + 1);
        end = quote == std::string_view::npos ? quote : quote + 1;
    } else if (line.substr(0, start).find('{') != std::string_view::npos) {
        end = line.find_first_of(",}", start);
    }
    return std::min(end, line.size());
}

void mask(std::string& line, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
        if (!is_blank(line[i])) { line[i] = '*'; }
    }
}

/// Blanks out the scalars of keys that may hold a secret; maps such as {env: NAME} stay readable.
void mask_values_of_secret_keys(std::string& line) {
    for (std::size_t colon = line.find(':'); colon != std::string::npos;
         colon = line.find(':', colon + 1)) {
        const std::string_view key = key_before(line, colon);
        const std::size_t value = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
        // Only behind a quoted key may the value follow without a blank.
        const bool is_pair = value > colon + 1 || key.ends_with('"') || key.ends_with('\'');
        if (value == line.size() || line[value] == '{' || !is_pair || !is_secret_key(key)) {
            continue;
        }
        mask(line, value, end_of_scalar(line, value));
    }
}

/// Byte offset of the `column`th character (from 1), or the end of the line.
std::size_t offset_of(std::string_view line, std::size_t column) {
    std::size_t offset = 0;
    for (std::size_t left = column - 1; left > 0 && offset < line.size(); --left) {
        ++offset;
        while (offset < line.size() && is_continuation(line[offset])) { ++offset; }
    }
    return offset;
}

/// True for a scalar that stands where a key may stand, without a `key:` of its own on the line.
bool is_bare_secret(const ConfigIssue& issue, std::string_view rest) {
    const std::string_view key = std::string_view(issue.path).substr(issue.path.rfind('.') + 1);
    const bool may_be_secret = issue.path.starts_with("credentials.") || is_secret_key(key);
    const std::string_view word = rest.substr(0, rest.find_first_of(" ,}"));
    const bool is_name = key == "env" && is_variable_name(word);
    const bool is_pair = rest.find(": ") != std::string_view::npos || rest.ends_with(':');
    return may_be_secret && !is_name && key != "file" && !is_pair && !rest.empty() &&
           rest.front() != '{';
}

std::string quoted_line(const ConfigIssue& issue, std::string_view yaml) {
    std::string line(TextPosition(yaml).line(issue.line));
    const std::size_t offset = offset_of(line, issue.column);
    std::string caret;
    for (const char c : line.substr(0, offset)) {
        if (!is_continuation(c)) { caret += c == '\t' ? '\t' : ' '; }
    }
    if (is_bare_secret(issue, std::string_view(line).substr(offset))) {
        mask(line, offset, end_of_scalar(line, offset));
    }
    mask_values_of_secret_keys(line);
    return "\n    " + line + "\n    " + caret + "^";
}

}  // namespace

std::string describe(const ConfigIssue& issue, std::string_view file, std::string_view yaml) {
    const bool is_error = issue.severity == ConfigIssue::Severity::error;
    std::string text(file);
    if (issue.line != 0) {
        text += ":" + std::to_string(issue.line) + ":" + std::to_string(issue.column);
    }
    text += is_error ? ": error: " : ": warning: ";
    if (!issue.path.empty()) { text += issue.path + ": "; }
    text += issue.message;
    if (issue.line != 0) { text += quoted_line(issue, yaml); }
    if (!issue.suggestion.empty()) { text += "\n  " + issue.suggestion; }
    return text;
}

}  // namespace spillway
