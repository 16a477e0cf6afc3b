// Reads token usage out of answers in passing: out of a stream's events, or out of a JSON body of
// any size and in any pieces. Sees every byte once and never delays one. Also tells whether a JSON
// body is complete, because a body that is delimited by the connection's end has no other proof.
#pragma once

#include "spillway/operation.hpp"
#include "spillway/usage.hpp"
#include "wire/json_tap.hpp"
#include "wire/sse.hpp"

#include <optional>
#include <string_view>

namespace spillway {

class UsageTap {
public:
    explicit UsageTap(Operation operation) noexcept : operation_(operation) {}

    void on_event(const SseEvent& event);
    /// The next piece of a JSON body (any split gives the same result; bounded memory).
    void on_json(std::string_view piece);

    /// Last usage object seen with a number in it; embeddings have no output (azure-protocol.md
    /// §9).
    [[nodiscard]] const std::optional<Usage>& usage() const noexcept { return usage_; }
    /// The JSON pieces so far form one complete top-level value (whitespace may follow).
    [[nodiscard]] bool json_complete() const noexcept { return json_.complete(); }
    /// The JSON pieces so far are the beginning of a value, certainly not all of it.
    [[nodiscard]] bool json_unfinished() const noexcept { return json_.unfinished(); }
    /// Rough count of output events of a stream, for settling a stream whose usage never came:
    /// about a token each, but providers pack several into one when they are busy.
    [[nodiscard]] Tokens output_events() const noexcept { return output_events_; }

private:
    Operation operation_;
    std::optional<Usage> usage_;
    Tokens output_events_ = 0;
    JsonTap json_;
};

}  // namespace spillway
