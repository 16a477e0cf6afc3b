// What the service decided to say, before anybody spoils it: status, fields and the body as a list
// of events. Answers build it, faults change it, wire_image turns it into bytes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace spillway_sim {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// When an event goes out, and what it means to the stream.
enum class EventKind {
    prelude,   ///< at once, together with the head
    token,     ///< paced: one step of generation
    closing,   ///< at once after what stands before it
    terminal,  ///< the dialect's end marker, or a whole JSON body
};

struct Event {
    std::string bytes;
    EventKind kind = EventKind::token;

    bool operator==(const Event&) const = default;
};

struct Reply {
    unsigned status = 200;
    Headers headers;
    /// In order; at least one. A JSON answer is a single terminal event.
    std::vector<Event> events;
    bool is_stream = false;
    /// Tokens the model makes before a JSON answer can be sent; paces it.
    std::int64_t work_tokens = 0;
};

}  // namespace spillway_sim
