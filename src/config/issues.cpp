#include "config/issues.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace spillway {

void Issues::error(const YamlPlace& place, std::string message, std::string suggestion) {
    found_.push_back({ConfigIssue::Severity::error, place.line, place.column, place.path,
                      std::move(message), std::move(suggestion)});
}

void Issues::warn(const YamlPlace& place, std::string message, std::string suggestion) {
    found_.push_back({ConfigIssue::Severity::warning, place.line, place.column, place.path,
                      std::move(message), std::move(suggestion)});
}

void Issues::missing(const YamlPlace& place, std::string message) {
    if (use_ == TableUse::here) {
        error(place, std::move(message));
    } else {
        warn(place, std::move(message));
    }
}

bool Issues::has_errors() const {
    return std::any_of(found_.begin(), found_.end(), [](const ConfigIssue& issue) {
        return issue.severity == ConfigIssue::Severity::error;
    });
}

bool Issues::has_errors_below(std::string_view path) const {
    return std::any_of(found_.begin(), found_.end(), [path](const ConfigIssue& issue) {
        const std::string_view where = issue.path;
        const bool inside = where.starts_with(path) &&
                            (where.size() == path.size() || where[path.size()] == '.' ||
                             where[path.size()] == '[');
        return inside && issue.severity == ConfigIssue::Severity::error;
    });
}

std::vector<ConfigIssue> Issues::in_file_order() const {
    std::vector<ConfigIssue> sorted = found_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const ConfigIssue& a, const ConfigIssue& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
    return sorted;
}

}  // namespace spillway
