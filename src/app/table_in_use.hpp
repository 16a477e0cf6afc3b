// The table in use, and how the last attempt to change it went, for threads other than the one that
// changes it: the admin pages and the log's questions. Workers have their own copies.
#pragma once

#include "admin/admin_sources.hpp"
#include "fleet/fleet.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace spillway {

/// Any thread.
class TableInUse {
public:
    TableInUse(std::shared_ptr<const Fleet> fleet, std::string hash, WallTime at)
        : fleet_(std::move(fleet)) {
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
    }
    void refused(std::string error, TimePoint at) {
        const std::scoped_lock lock(mutex_);
        status_.error = std::move(error);
        status_.failed_at = at;
        ++status_.failures;
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Fleet> fleet_;
    ConfigStatus status_;
};

}  // namespace spillway
