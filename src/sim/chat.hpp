// Dresses a story as chat/completions or legacy completions: the JSON document, and the stream of
// azure-protocol §4.2 in Azure's order. Pure: story and envelope in, text out.
#pragma once

#include <vector>

#include "sim/envelope.hpp"
#include "sim/json.hpp"
#include "sim/reply.hpp"
#include "sim/story.hpp"

namespace spillway_sim {

enum class UsageChunk { absent, last };

[[nodiscard]] Json chat_document(const Story& story, const Envelope& envelope);

/// prompt_filter_results (Azure), one role chunk per choice, deltas in turn, finish chunks, usage,
/// `[DONE]`. With a usage chunk every other chunk says `usage: null`.
[[nodiscard]] std::vector<Event> chat_stream(const Story& story, const Envelope& envelope,
                                             UsageChunk usage);

[[nodiscard]] Json completion_document(const Story& story, const Envelope& envelope);

[[nodiscard]] std::vector<Event> completion_stream(const Story& story, const Envelope& envelope,
                                                   UsageChunk usage);

/// `data: {json}\n\n`.
[[nodiscard]] std::string data_frame(const Json& document);

/// The usage object of chat and completions (azure-protocol §9).
[[nodiscard]] Json usage_document(const Usage& usage);

/// content_filter_results of harmless text.
[[nodiscard]] Json safe_filter_results();

}  // namespace spillway_sim
