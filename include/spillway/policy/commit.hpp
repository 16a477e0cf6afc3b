// The late-commit gate: holds an answer back until the upstream has really answered, bounded in
// bytes, events and time, then opens once and for good. Before it opens we may still go elsewhere;
// after it never.
#pragma once

#include "spillway/stream_event.hpp"
#include "spillway/time.hpp"

#include <cstddef>
#include <cstdint>

namespace spillway {

struct CommitBounds {
    std::size_t bytes = std::size_t{64} * 1024;  ///< held at most
    std::uint32_t events = 64;
    /// A stream that has begun (a preamble) but shown no output is committed after this long:
    /// reasoning models think for minutes behind a preamble. One that has sent nothing, or only
    /// keep-alives, is judged by Timeouts::first_event.
    Duration after = std::chrono::seconds(10);
};

class CommitGate {
public:
    enum class Decision : std::uint8_t { hold, open, elsewhere };

    CommitGate(const CommitBounds& bounds, TimePoint head_at) noexcept
        : bounds_(bounds), opens_at_(head_at + bounds.after) {}

    /// An event was seen. `error` asks to go elsewhere; what commits, ends or exceeds a bound
    /// opens.
    [[nodiscard]] Decision on_event(EventKind kind) noexcept;
    /// `held` bytes are waiting.
    [[nodiscard]] Decision on_bytes(std::size_t held) const noexcept;
    /// Time has passed without an event.
    [[nodiscard]] Decision on_time(TimePoint now) const noexcept;
    /// When `on_time` should be asked; `never` before the first preamble.
    [[nodiscard]] TimePoint wakes_at() const noexcept;

private:
    CommitBounds bounds_;
    TimePoint opens_at_;
    std::uint32_t events_ = 0;  // preambles held
};

}  // namespace spillway
