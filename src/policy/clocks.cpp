// Deadlines of the five clocks.
#include "spillway/policy/clocks.hpp"

#include <algorithm>

namespace spillway {

namespace {

Duration limit_of(Clocks::Phase phase, const Timeouts& timeouts) noexcept {
    switch (phase) {
        case Clocks::Phase::connect: return timeouts.connect;
        case Clocks::Phase::tls: return timeouts.connect * 3 / 2;
        case Clocks::Phase::response_head: return timeouts.response_head;
        case Clocks::Phase::first_event: return timeouts.first_event;
        case Clocks::Phase::between_events:
        case Clocks::Phase::body: return timeouts.between_events;
    }
    return timeouts.total;
}

}  // namespace

Clocks::Clocks(const Timeouts& timeouts, TimePoint started) noexcept
    : timeouts_(timeouts),
      total_(started + timeouts.total),
      phase_deadline_(started + timeouts.connect) {}

void Clocks::enter(Phase phase, TimePoint now) noexcept {
    phase_ = phase;
    phase_deadline_ = now + limit_of(phase, timeouts_);
}

TimePoint Clocks::deadline() const noexcept { return std::min(phase_deadline_, total_); }

std::string_view name(Clocks::Phase phase) noexcept {
    switch (phase) {
        case Clocks::Phase::connect: return "connect";
        case Clocks::Phase::tls: return "tls";
        case Clocks::Phase::response_head: return "response_head";
        case Clocks::Phase::first_event: return "first_event";
        case Clocks::Phase::between_events: return "between_events";
        case Clocks::Phase::body: return "body";
    }
    return "unknown";
}

}  // namespace spillway
