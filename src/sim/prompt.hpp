// Reads the body of an inference request into what admission and the answer depend on. Separate
// because chat, completions, embeddings and responses spell the same few facts differently, and no
// other unit should know how.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/json.hpp"
#include "sim/target.hpp"

namespace spillway_sim {

/// A function the caller offers.
struct Tool {
    std::string name;
    Json parameters;
};

struct Prompt {
    Json body;
    std::string model;
    /// All text of the request, in order.
    std::string text;
    /// The last thing said by the user; empty where the last message is a tool's result.
    std::string question;
    std::vector<Tool> tools;
    /// "auto", "none", "required", or a function's name.
    std::string tool_choice = "auto";
    /// Schema of a structured answer; null where plain text is wanted.
    Json schema;
    std::optional<std::int64_t> output_max;
    std::int64_t choices = 1;
    std::int64_t seed = 0;
    /// Tokens given as numbers (embeddings, completions).
    std::int64_t literal_tokens = 0;
    bool is_stream = false;
    bool has_usage_chunk = false;
};

/// A body that cannot be served: what 400 says.
struct PromptError {
    std::string message;
    std::string param;
    std::string code;
};

[[nodiscard]] std::variant<Prompt, PromptError> read_prompt(Operation operation,
                                                            const std::string& body);

/// Tokens of a text as this service counts them: four characters each, rounded up.
[[nodiscard]] std::int64_t count_tokens(const std::string& text);

/// Prompt tokens as billed.
[[nodiscard]] std::int64_t prompt_tokens(const Prompt& prompt);

/// The admission estimate of azure-protocol §3.1: prompt from characters, plus the output bound
/// (16 where the request sets none) for every choice.
[[nodiscard]] std::int64_t estimate_tokens(Operation operation, const Prompt& prompt);

/// FNV-1a of the text and seed: what makes answers a function of the request.
[[nodiscard]] std::uint64_t fingerprint(const std::string& text, std::int64_t seed);

}  // namespace spillway_sim
