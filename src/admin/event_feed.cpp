#include "admin/event_feed.hpp"

#include "telemetry/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace spillway {

namespace {

using Json = nlohmann::ordered_json;

std::string_view word(FleetEvent::Kind kind) noexcept {
    switch (kind) {
        case FleetEvent::Kind::failover: return "failover";
        case FleetEvent::Kind::gave_up: return "gave_up";
        case FleetEvent::Kind::breaker: return "breaker";
        case FleetEvent::Kind::region_breaker: return "region_breaker";
        case FleetEvent::Kind::reloaded: return "reloaded";
        case FleetEvent::Kind::reload_refused: break;
    }
    return "reload_refused";
}

bool is_same(const FleetEvent& a, const FleetEvent& b) noexcept {
    return a.kind == b.kind && a.route == b.route && a.subject == b.subject && a.to == b.to &&
           a.from == b.from && a.reason == b.reason && a.status == b.status;
}

std::string time_text(WallTime at) {
    std::string quoted;
    append_json_time(quoted, at);
    return quoted.substr(1, quoted.size() - 2);
}

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

void EventFeed::drain(const CellRegistry& cells, const Moment& at) {
    lost_ = 0;
    drain(cells.table_events(), at);
    for (const auto& worker : cells.all_workers()) { drain(worker->events, at); }
}

void EventFeed::drain(EventLane& lane, const Moment& at) {
    FleetEvent event;
    // Bounded: a worker in a storm could otherwise keep us here.
    for (std::size_t i = 0; i < EventLane::slots && lane.pop(event); ++i) { keep(event, at); }
    lost_ += lane.lost();
}

void EventFeed::keep(const FleetEvent& event, const Moment& at) {
    const auto age = std::chrono::duration_cast<WallTime::duration>(at.now - event.at);
    const WallTime when = at.wall - age;
    ++last_;
    Entry entry{event, when, when, last_, last_, 1};
    const auto same = std::ranges::find_if(entries_, [&](const Entry& earlier) {
        return earlier.last >= when - repeats_within && is_same(earlier.event, event);
    });
    if (same != entries_.end()) {
        entry.id = same->id;
        entry.since = same->since;
        entry.count = same->count + 1;
        entries_.erase(same);
    }
    if (entries_.size() == events_max) { entries_.pop_front(); }
    entries_.push_back(entry);
}

std::string EventFeed::json(std::uint64_t after) const {
    Json events = Json::array();
    for (const Entry& entry : entries_) {
        if (entry.number <= after && after <= last_) { continue; }
        const FleetEvent& event = entry.event;
        events.push_back({
            {"id", entry.id},
            {"time", time_text(entry.last)},
            {"since", time_text(entry.since)},
            {"count", entry.count},
            {"kind", word(event.kind)},
            {"route", text_or_null(event.route.view())},
            {"subject", text_or_null(event.subject.view())},
            {"from", text_or_null(event.from)},
            {"to", text_or_null(event.to.view())},
            {"reason", text_or_null(event.reason)},
            {"status", event.status == 0 ? Json(nullptr) : Json(event.status)},
        });
    }
    const Json document = {{"last", last_}, {"lost", lost_}, {"events", std::move(events)}};
    return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace spillway
