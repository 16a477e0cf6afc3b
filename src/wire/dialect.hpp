// What each operation's stream says: which events commit, which one ends it, which report an error
// inside a 200, and what an error event of ours has to look like so that the SDKs raise it
// (azure-protocol.md §4.2-§4.6).
#pragma once

#include "spillway/operation.hpp"
#include "spillway/stream_event.hpp"
#include "wire/sse.hpp"
#include "wire/upstream_error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

/// Follows one stream of one operation.
class Dialect {
public:
    explicit Dialect(Operation operation) noexcept : operation_(operation) {}

    /// What the event means. Once one has committed, nothing is parsed any more: only markers are
    /// searched. An event of unknown form commits, because holding back what we do not understand
    /// helps nobody.
    ///
    /// Azure announces a rate limit with two events: a `response.failed` without a reason, then an
    /// `error` with it (§4.5). Both are `error`; whoever needs the reason asks `error_of_event` of
    /// the last one at hand.
    [[nodiscard]] EventKind on_event(const SseEvent& event) noexcept;
    /// The dialect's terminal marker has been seen: [DONE], for responses also response.completed /
    /// incomplete / failed.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// The upstream itself reported an error in the stream. With this a missing terminal marker is
    /// not a truncation: the caller has been told.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

    /// A complete, well-formed error event of this dialect, blank line included. Never a terminal
    /// marker.
    [[nodiscard]] std::string error_event(std::string_view code, std::string_view message) const;

private:
    [[nodiscard]] EventKind on_chunk(const SseEvent& event) noexcept;
    [[nodiscard]] EventKind on_response(const SseEvent& event) noexcept;
    [[nodiscard]] EventKind commit() noexcept;
    [[nodiscard]] EventKind fail() noexcept;
    void follow_sequence(std::string_view data) noexcept;

    Operation operation_;
    bool committed_ = false;
    bool ended_ = false;
    bool failed_ = false;
    std::int64_t next_sequence_ = 0;  // of responses: one behind the last sequence_number
};

}  // namespace spillway
