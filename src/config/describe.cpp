// How a finding is shown: where, what, the line itself, and what to write instead.
#include "config/redact.hpp"
#include "config/text_position.hpp"
#include "spillway/config_load.hpp"

#include <string>
#include <string_view>

namespace spillway {

namespace {

/// Blanks up to the `column`th character of the line; tabs stay, so that the caret ends up below
/// it.
std::string indentation(std::string_view line, std::size_t column) {
    std::string blanks;
    for (const char c : line) {
        if (blanks.size() + 1 == column) { return blanks; }
        if (!is_continuation(c)) { blanks += c == '\t' ? '\t' : ' '; }
    }
    blanks.resize(column - 1, ' ');
    return blanks;
}

std::string quoted_line(const ConfigIssue& issue, std::string_view yaml) {
    const TextPosition text(yaml);
    return "\n    " + redacted_line(text, issue.line) + "\n    " +
           indentation(text.line(issue.line), issue.column) + "^";
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
