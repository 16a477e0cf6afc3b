// The five clocks of a request and which one rules in which phase. Pure bookkeeping of deadlines:
// whoever waits asks for the next deadline and, when it has passed, which clock it was.
#pragma once

#include "spillway/time.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace spillway {

/// Per route. Every one is > 0. Anchors in reliability.md §1.11.
struct Timeouts {
    Duration connect = std::chrono::seconds(2);          ///< TCP; TLS gets as much again and a half
    Duration response_head = std::chrono::seconds(600);  ///< request sent -> response head (JSON:
                                                         ///< the answer)
    Duration first_event = std::chrono::seconds(30);  ///< stream: head -> first event that commits
    Duration between_events = std::chrono::seconds(300);  ///< stream: gap between meaningful events
    Duration total = std::chrono::seconds(600);  ///< head of the request -> end of the answer
};

class Clocks {
public:
    enum class Phase : std::uint8_t {
        connect,
        tls,
        response_head,
        first_event,
        between_events,
        body
    };

    Clocks(const Timeouts& timeouts, TimePoint started) noexcept;

    /// A phase begins; or, for between_events a meaningful event, for body some bytes were seen
    /// (both are judged by Timeouts::between_events).
    void enter(Phase phase, TimePoint now) noexcept;
    /// The earlier of the phase's and the total deadline.
    [[nodiscard]] TimePoint deadline() const noexcept;
    [[nodiscard]] TimePoint total_deadline() const noexcept { return total_; }
    /// True when it is the total clock that has run out (the caller's time, not the upstream's
    /// fault alone).
    [[nodiscard]] bool total_expired(TimePoint now) const noexcept { return now >= total_; }
    [[nodiscard]] Phase phase() const noexcept { return phase_; }

private:
    Timeouts timeouts_;
    TimePoint total_;
    TimePoint phase_deadline_;
    Phase phase_ = Phase::connect;
};

[[nodiscard]] std::string_view name(Clocks::Phase phase) noexcept;

}  // namespace spillway
