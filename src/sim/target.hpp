// Reads a request line as the service would: which surface, which operation, which deployment
// (azure-protocol §1.1-1.3). Separate because it is the list of what exists; everything else is
// 404.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spillway_sim {

enum class Kind { azure, openai };
enum class Surface { classic, v1, openai };
enum class Operation { chat, completions, embeddings, responses, models };

struct Target {
    Surface surface = Surface::classic;
    Operation operation = Operation::chat;
    /// Named by the path; empty where the body's `model` names it.
    std::string deployment;
    std::string api_version;

    bool operator==(const Target&) const = default;
};

/// nullopt: no such path or method on a resource of this kind. Strict on purpose (no `//`, no
/// trailing slash): what the gateway forgives its callers it must not pass on.
[[nodiscard]] std::optional<Target> read_target(Kind kind, std::string_view method,
                                                std::string_view target);

/// Whether the surface knows the target's api-version: classic needs a published dated one, v1
/// takes none, `v1` or `preview` (azure-protocol §1.1, §11).
[[nodiscard]] bool is_version_known(const Target& target);

/// Whether `stream_options` exists in the target's api-version (azure-protocol §4.4).
[[nodiscard]] bool has_stream_options(const Target& target);

/// As the admission in the service names it, e.g. "ChatCompletions_Create".
[[nodiscard]] std::string_view operation_id(Operation operation);

/// As tests and faults name it: "chat", "completions", "embeddings", "responses", "models".
[[nodiscard]] std::string_view name_of(Operation operation);

}  // namespace spillway_sim
