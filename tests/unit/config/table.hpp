// A small valid routing table, its environment, and readers of files beside the tests.
#pragma once

#include "spillway/config_load.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace spillway {

using Variables = std::map<std::string, std::string, std::less<>>;

inline Environment environment(Variables variables) {
    return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) { return std::nullopt; }
        return found->second;
    };
}

inline const Variables usual_variables{
    {"AOAI_KEY", "0123456789abcdef"}, {"EMPTY", ""}, {"WITH_NEWLINE", "0123\n"}};

inline LoadedConfig load(std::string_view yaml) {
    return load_config(yaml, environment(usual_variables));
}

/// A table that loads without a word; `more` is appended.
inline std::string table(const std::string& more = {}) {
    return R"(listen: 127.0.0.1:8080
credentials: {key: {api_key: {env: AOAI_KEY}}}
resources: {east: {endpoint: "https://acme.openai.azure.com", credential: key}}
deployments: {chat-east: {resource: east}}
routes: {gpt-4o: {tiers: [[chat-east]]}}
)" + more;
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Every issue as `check` shows it, one after the other.
inline std::string describe_all(const LoadedConfig& loaded, std::string_view file,
                                std::string_view yaml) {
    std::string text;
    for (const ConfigIssue& issue : loaded.issues) { text += describe(issue, file, yaml) + "\n"; }
    return text;
}

/// `severity path: message` of every issue of a table, one line each.
inline std::string findings(const std::string& yaml) {
    std::string text;
    for (const ConfigIssue& issue : load(yaml).issues) {
        const bool is_warning = issue.severity == ConfigIssue::Severity::warning;
        text += (is_warning ? "warning " : "error ") + issue.path + ": " + issue.message + "\n";
    }
    return text;
}

}  // namespace spillway
