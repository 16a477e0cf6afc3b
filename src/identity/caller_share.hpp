// What a caller may take per minute and at the same time, as all workers see it. The counting is
// policy/quota's; this unit makes it shared and ties one request to it.
#pragma once

#include "fleet/shared.hpp"
#include "spillway/config/caller.hpp"
#include "spillway/denial.hpp"
#include "spillway/policy/quota.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>

namespace spillway {

class CallerShare;

/// One request's part of its caller's share. Move-only; dropped, the request no longer runs and
/// what it had reserved stays charged.
class SharePermit {
public:
    SharePermit(CallerShare& share, Reservation reservation) noexcept
        : share_(&share), reservation_(reservation) {}
    ~SharePermit();
    SharePermit(SharePermit&& other) noexcept;
    SharePermit& operator=(SharePermit&& other) = delete;

    /// What it has used of the tokens, at most once; 0: nothing was answered. The request stays
    /// counted.
    void settle(Tokens used, TimePoint now) noexcept;

private:
    CallerShare* share_;  // null: moved from
    Reservation reservation_;
};

/// Why not, and when it may be otherwise. `never`: larger than the whole share.
struct ShareRefusal {
    Denial reason;
    TimePoint ready_at;
};

/// Lives outside the tables' snapshots, so that a reload forgets nothing. Any thread.
class CallerShare {
public:
    explicit CallerShare(const CallerConfig& caller) noexcept;
    CallerShare(const CallerShare&) = delete;
    CallerShare& operator=(const CallerShare&) = delete;

    /// Other limits for the same counts (a reload); traffic may be running.
    void change(const CallerConfig& caller) noexcept;
    [[nodiscard]] std::variant<SharePermit, ShareRefusal> take(Tokens estimate,
                                                               TimePoint now) noexcept;
    [[nodiscard]] std::uint32_t running() const noexcept { return running_.load(); }

private:
    friend class SharePermit;

    Quota<AtomicWord> quota_;
    std::atomic<std::uint32_t> running_{0};
    std::atomic<std::uint32_t> running_max_{0};  // 0: unlimited
};

/// The shares of all callers that some table in use names. The thread that changes tables.
class CallerShares {
public:
    [[nodiscard]] std::shared_ptr<CallerShare> of(const CallerConfig& caller);

private:
    std::map<std::string, std::weak_ptr<CallerShare>> shares_;
};

/// False: every request of this caller would be admitted, so nothing needs to be counted.
[[nodiscard]] bool has_share_limits(const CallerConfig& caller) noexcept;

}  // namespace spillway
