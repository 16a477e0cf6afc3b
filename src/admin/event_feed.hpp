// What has happened lately, for people: failovers, requests nobody could answer, breakers that
// changed, reloads. Keeps a bounded ring of what the workers told (telemetry/event_lane.hpp);
// changes are numbered, so that a page asks only for what it has not seen: GET /events?after=N.
#pragma once

#include "spillway/time.hpp"
#include "telemetry/cells.hpp"
#include "telemetry/event_lane.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace spillway {

/// One moment on both clocks: lanes tell steady time, people read wall time.
struct Moment {
    TimePoint now{};
    WallTime wall{};
};

/// Belongs to the admin thread.
class EventFeed {
public:
    static constexpr std::size_t events_max = 1000;
    /// The same event again within this time is the same entry with a higher count: a thousand
    /// refused requests must not push out the transition that explains them.
    static constexpr Duration repeats_within = std::chrono::minutes(1);

    /// Takes over what the workers have told since the last call.
    void drain(const CellRegistry& cells, const Moment& at);

    /// The events that are new or have changed since the number `after`, oldest change first, as
    /// the document of docs/status.md. A number we have not given yet (the asker knows an earlier
    /// process) gets all of them.
    [[nodiscard]] std::string json(std::uint64_t after) const;

private:
    struct Entry {
        FleetEvent event;
        WallTime since{};
        WallTime last{};
        std::uint64_t id = 0;      // stays
        std::uint64_t number = 0;  // of its last change
        std::uint64_t count = 1;
    };

    void drain(EventLane& lane, const Moment& at);
    void keep(const FleetEvent& event, const Moment& at);

    std::deque<Entry> entries_;  // by number
    std::uint64_t last_ = 0;     // number of the newest
    std::uint64_t lost_ = 0;
};

}  // namespace spillway
