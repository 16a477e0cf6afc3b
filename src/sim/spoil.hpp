// Changes what an answer says or how its events are written: error events inside a 200, giant
// events, other line ends, comments, compression. Framing and truncation are wire_image's business.
// Pure.
#pragma once

#include "sim/fault.hpp"
#include "sim/reply.hpp"

namespace spillway_sim {

/// The reply with the fault's changes to headers and events. Streams only: error event, event size,
/// line ends, comments, byte-order mark. JSON only: gzip.
[[nodiscard]] Reply spoil(Reply reply, const Fault& fault);

/// The text as one gzip member.
[[nodiscard]] std::string gzip(const std::string& text);

}  // namespace spillway_sim
