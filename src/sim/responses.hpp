// Dresses a story as an answer of the Responses API: the response object, and the events of
// azure-protocol §4.3 with their names and sequence numbers. Pure.
#pragma once

#include <vector>

#include "sim/envelope.hpp"
#include "sim/json.hpp"
#include "sim/prompt.hpp"
#include "sim/reply.hpp"
#include "sim/story.hpp"

namespace spillway_sim {

[[nodiscard]] Json response_document(const Prompt& prompt, const Story& story,
                                     const Envelope& envelope);

/// response.created, .in_progress, the output items with their deltas, and response.completed or
/// response.incomplete with the usage.
[[nodiscard]] std::vector<Event> response_stream(const Prompt& prompt, const Story& story,
                                                 const Envelope& envelope);

/// `event: NAME\ndata: {json}\n\n`, named by the document's `type`.
[[nodiscard]] std::string event_frame(const Json& document);

}  // namespace spillway_sim
