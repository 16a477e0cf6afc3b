#include "app/finding_json.hpp"

#include <nlohmann/json.hpp>

namespace spillway {

nlohmann::ordered_json finding_json(const ConfigIssue& issue) {
    const bool error = issue.severity == ConfigIssue::Severity::error;
    return {
        {"severity", error ? "error" : "warning"},
        {"line", issue.line},
        {"column", issue.column},
        {"path", issue.path},
        {"message", issue.message},
        {"suggestion", issue.suggestion},
    };
}

}  // namespace spillway
