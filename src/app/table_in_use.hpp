// The table in use, and how the last attempt to change it went, for threads other than the one that
// changes it: the admin pages and the log's questions. Workers have their own copies.
#pragma once

#include "admin/admin_sources.hpp"
#include "fleet/fleet.hpp"
#include "telemetry/event_lane.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace spillway {

/// Any thread.
class TableInUse {
public:
    /// `events` outlives it and is told of every attempt.
    TableInUse(std::shared_ptr<const Fleet> fleet, std::string hash, WallTime at, EventLane& events)
        : events_(events), fleet_(std::move(fleet)) {
        status_.hash = std::move(hash);
        status_.loaded_at = at;
    }

    [[nodiscard]] std::shared_ptr<const Fleet> fleet() const {
        const std::scoped_lock lock(mutex_);
        return fleet_;
    }
    [[nodiscard]] ConfigStatus status() const {
        const std::scoped_lock lock(mutex_);
        return status_;
    }

    void replace(std::shared_ptr<const Fleet> fleet, std::string hash, WallTime at) {
        const std::scoped_lock lock(mutex_);
        fleet_.swap(fleet);
        status_.hash = std::move(hash);
        status_.loaded_at = at;
        status_.error.clear();
        ++status_.reloads;
        tell(FleetEvent::Kind::reloaded, status_.hash);
    }
    void refused(std::string error, TimePoint at) {
        const std::scoped_lock lock(mutex_);
        status_.error = std::move(error);
        status_.failed_at = at;
        ++status_.failures;
        tell(FleetEvent::Kind::reload_refused, {});
    }

private:
    void tell(FleetEvent::Kind kind, std::string_view subject) noexcept {
        FleetEvent event;
        event.kind = kind;
        event.at = Clock::now();
        event.subject = ShortName(subject);
        events_.push(event);
    }

    EventLane& events_;  // written under the lock
    mutable std::mutex mutex_;
    std::shared_ptr<const Fleet> fleet_;
    ConfigStatus status_;
};

}  // namespace spillway
