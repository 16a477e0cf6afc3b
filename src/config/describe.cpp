// How a finding is shown: where, what, the line itself, and what to write instead. The quoted line never
// shows a key, because the output of `check` ends up in build logs.
#include "config/text_position.hpp"
#include "spillway/config_load.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace spillway {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

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
    const std::size_t separator = line.find_last_of("{, \t", colon == 0 ? 0 : colon - 1);
    const std::size_t start = separator == std::string_view::npos ? 0 : separator + 1;
    return line.substr(start, colon - start);
}

void mask(std::string& line, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
        if (!is_blank(line[i])) { line[i] = '*'; }
    }
}

/// Blanks out the scalars of keys that may hold a secret; maps such as {env: NAME} stay readable.
std::string without_secrets(std::string_view source) {
    std::string line(source);
    for (std::size_t colon = source.find(':'); colon != std::string_view::npos;
         colon = source.find(':', colon + 1)) {
        std::size_t value = colon + 1;
        while (value < source.size() && is_blank(source[value])) { ++value; }
        const bool is_mapping = value == source.size() || source[value] == '{';
        if (is_mapping || value == colon + 1 || !is_secret_key(key_before(source, colon))) {
            continue;
        }
        mask(line, value, std::min(source.find_first_of(",}", value), source.size()));
    }
    return line;
}

std::string quoted_line(const ConfigIssue& issue, std::string_view yaml) {
    std::string line = without_secrets(TextPosition(yaml).line(issue.line));
    // The issue may point at a key that has no line of its own, e.g. a block scalar.
    if (is_secret_key(issue.path) && line.find('*') == std::string::npos &&
        line.find('{') == std::string::npos) {
        mask(line, std::min(issue.column - 1, line.size()), line.size());
    }
    std::string caret;
    for (std::size_t i = 0; i + 1 < issue.column; ++i) {
        caret += i < line.size() && line[i] == '\t' ? '\t' : ' ';
    }
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
