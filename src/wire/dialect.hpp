// What each operation's stream says: which events commit, which one ends it, what an error inside a 200 means, and what an
// error event of ours has to look like so that the SDKs raise it (azure-protocol.md §4.2-§4.6).
#pragma once

#include "spillway/operation.hpp"
#include "spillway/stream_event.hpp"
#include "wire/sse.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

/// An error an upstream reported in a body or in an event. Owns its texts (bounded to 1 KiB each).
struct UpstreamError {
    int status = 0;  ///< for an event: the HTTP status it stands for
    std::string code;
    std::string type;
    std::string message;
};

/// Follows one stream of one operation.
class Dialect {
public:
    explicit Dialect(Operation operation) noexcept : operation_(operation) {}

    /// What the event means. Cheap after the commit point: only markers are searched, nothing is parsed that need not be.
    [[nodiscard]] EventKind on_event(const SseEvent& event) noexcept;
    /// The dialect's terminal marker has been seen ([DONE]; response.completed / incomplete / failed).
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// The upstream itself reported an error in the stream.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

    /// A complete, well-formed error event of this dialect, blank line included. Never a terminal marker.
    [[nodiscard]] std::string error_event(std::string_view code, std::string_view message) const;

private:
    Operation operation_;
    bool ended_ = false;
    bool failed_ = false;
    std::uint64_t sequence_ = 0;  // last sequence_number seen (responses)
};

/// An event of kind `error`, mapped to a status: rate_limit_exceeded / too_many_requests -> 429, overloaded -> 503 ...
[[nodiscard]] UpstreamError error_of_event(const SseEvent& event);
/// An error answer's body (any JSON form of azure-protocol.md §5.1, or text) with its status.
[[nodiscard]] UpstreamError error_of_body(int status, std::string_view body);

}  // namespace spillway
