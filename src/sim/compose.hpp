// Builds the body of a successful answer for any operation, as a stream or as one document. Pure.
#pragma once

#include <string>

#include "sim/envelope.hpp"
#include "sim/prompt.hpp"
#include "sim/reply.hpp"
#include "sim/story.hpp"
#include "sim/target.hpp"

namespace spillway_sim {

/// The answer of a chat, completions or responses request.
[[nodiscard]] Reply compose_story(Operation operation, const Prompt& prompt, const Story& story,
                                  const Envelope& envelope);

/// The answer of an embeddings request.
[[nodiscard]] Reply compose_embeddings(const Prompt& prompt, const std::string& model);

/// A JSON document under status 200.
[[nodiscard]] Reply compose_document(const Json& document);

/// "gpt-4o" -> "gpt-4o-2024-08-06"; names without a known snapshot stay as they are.
[[nodiscard]] std::string snapshot_of(const std::string& model);

}  // namespace spillway_sim
