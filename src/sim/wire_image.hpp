// Turns a reply into the bytes that go over the connection, cut wherever a fault wants it cut: the
// 72 cases of S-2 are rows of one pure function. Sending them, with pauses, is the sender's
// business.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/fault.hpp"
#include "sim/reply.hpp"

namespace spillway_sim {

/// Bytes that go out together. `event` is the index of the event they carry, if they carry one.
struct Segment {
    std::string bytes;
    EventKind kind = EventKind::prelude;
    std::optional<std::size_t> event;
};

struct WireImage {
    /// The head, then the events; may be empty (cut before the head).
    std::vector<Segment> segments;
    /// How the connection ends after the last segment; nullopt: it stays open.
    std::optional<Ending> ending;
};

/// Streams are chunked and JSON has a length unless the fault says otherwise. A cut acts after
/// `after_events` events (default 3 in a stream, 0 otherwise), at the latest inside the last one.
[[nodiscard]] WireImage make_wire_image(const Reply& reply, const Fault& fault);

}  // namespace spillway_sim
