#include "sim/target.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

namespace spillway_sim {

namespace {

// Dated versions of the data plane (azure-protocol §11 and the public changelog).
constexpr std::array known_versions{
    "2022-12-01",         "2023-03-15-preview", "2023-05-15",         "2023-06-01-preview",
    "2023-07-01-preview", "2023-08-01-preview", "2023-09-01-preview", "2023-12-01-preview",
    "2024-02-01",         "2024-02-15-preview", "2024-03-01-preview", "2024-04-01-preview",
    "2024-05-01-preview", "2024-06-01",         "2024-07-01-preview", "2024-08-01-preview",
    "2024-09-01-preview", "2024-10-01-preview", "2024-10-21",         "2024-12-01-preview",
    "2025-01-01-preview", "2025-02-01-preview", "2025-03-01-preview", "2025-04-01-preview"};

struct Named {
    std::string_view method;
    std::string_view path;
    Operation operation;
};

constexpr std::array operations{Named{"POST", "chat/completions", Operation::chat},
                                Named{"POST", "completions", Operation::completions},
                                Named{"POST", "embeddings", Operation::embeddings},
                                Named{"POST", "responses", Operation::responses},
                                Named{"GET", "models", Operation::models}};

std::optional<Operation> find_operation(std::string_view method, std::string_view path) {
    const auto found = std::find_if(operations.begin(), operations.end(), [&](const Named& named) {
        return named.method == method && named.path == path;
    });
    if (found == operations.end()) { return std::nullopt; }
    return found->operation;
}

bool drop_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) { return false; }
    text.remove_prefix(prefix.size());
    return true;
}

std::string percent_decode(std::string_view text) {
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::uint8_t byte = 0;
        const char* const digits = text.data() + at + 1;
        if (text[at] == '%' && at + 2 < text.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            decoded.push_back(static_cast<char>(byte));
            at += 2;
        } else {
            decoded.push_back(text[at]);
        }
    }
    return decoded;
}

std::string query_value(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const auto end = query.find('&');
        std::string_view pair = query.substr(0, end);
        if (drop_prefix(pair, name) && drop_prefix(pair, "=")) { return percent_decode(pair); }
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    }
    return {};
}

std::optional<Target> read_path(Kind kind, std::string_view method, std::string_view path) {
    Target target;
    if (kind == Kind::openai) {
        if (!drop_prefix(path, "/v1/")) { return std::nullopt; }
        target.surface = Surface::openai;
    } else if (drop_prefix(path, "/openai/v1/")) {
        target.surface = Surface::v1;
    } else if (drop_prefix(path, "/openai/deployments/")) {
        const auto slash = path.find('/');
        if (slash == 0 || slash == std::string_view::npos) { return std::nullopt; }
        target.deployment = percent_decode(path.substr(0, slash));
        path.remove_prefix(slash + 1);
    } else if (!drop_prefix(path, "/openai/")) {
        return std::nullopt;
    }
    const auto operation = find_operation(method, path);
    if (!operation) { return std::nullopt; }
    target.operation = *operation;
    if (target.surface == Surface::classic) {
        const bool is_deployment_scoped = *operation != Operation::responses &&
                                          *operation != Operation::models;
        if (is_deployment_scoped == target.deployment.empty()) { return std::nullopt; }
    }
    return target;
}

}  // namespace

std::optional<Target> read_target(Kind kind, std::string_view method, std::string_view target) {
    const auto mark = target.find('?');
    auto read = read_path(kind, method, target.substr(0, mark));
    if (read && mark != std::string_view::npos) {
        read->api_version = query_value(target.substr(mark + 1), "api-version");
    }
    return read;
}

bool is_version_known(const Target& target) {
    const std::string& version = target.api_version;
    if (target.surface == Surface::openai) { return true; }
    if (target.surface == Surface::v1) {
        return version.empty() || version == "v1" || version == "preview";
    }
    if (target.operation == Operation::responses && version < "2025-03-01-preview") {
        return false;
    }
    return std::find(known_versions.begin(), known_versions.end(), version) != known_versions.end();
}

bool has_stream_options(const Target& target) {
    return target.surface != Surface::classic || target.api_version >= "2024-09-01-preview";
}

std::string_view operation_id(Operation operation) {
    switch (operation) {
        case Operation::chat: return "ChatCompletions_Create";
        case Operation::completions: return "Completions_Create";
        case Operation::embeddings: return "Embeddings_Create";
        case Operation::responses: return "Responses_Create";
        case Operation::models: return "Models_List";
    }
    return {};
}

std::string_view name_of(Operation operation) {
    switch (operation) {
        case Operation::chat: return "chat";
        case Operation::completions: return "completions";
        case Operation::embeddings: return "embeddings";
        case Operation::responses: return "responses";
        case Operation::models: return "models";
    }
    return {};
}

}  // namespace spillway_sim
