// When the gate opens.
#include "spillway/policy/commit.hpp"

namespace spillway {

CommitGate::Decision CommitGate::on_event(EventKind kind) noexcept {
    switch (kind) {
        case EventKind::error: return Decision::elsewhere;
        case EventKind::committing:
        // An answer that is complete without output is an answer.
        case EventKind::terminal: return Decision::open;
        // A keep-alive proves a connection, not that somebody works on the request: it must not
        // start the clock that gives up the right to go elsewhere.
        case EventKind::silence: return Decision::hold;
        case EventKind::preamble: break;
    }
    ++events_;
    return events_ >= bounds_.events ? Decision::open : Decision::hold;
}

CommitGate::Decision CommitGate::on_bytes(std::size_t held) const noexcept {
    return held >= bounds_.bytes ? Decision::open : Decision::hold;
}

CommitGate::Decision CommitGate::on_time(TimePoint now) const noexcept {
    return now >= wakes_at() ? Decision::open : Decision::hold;
}

TimePoint CommitGate::wakes_at() const noexcept { return events_ > 0 ? opens_at_ : never; }

}  // namespace spillway
