#include "identity/caller_share.hpp"

#include <chrono>
#include <utility>

namespace spillway {

namespace {

// When a request that runs will end nobody knows; SDKs that come back sooner only hammer.
constexpr Duration streams_wait = std::chrono::seconds(1);

QuotaLimits limits_of(const CallerConfig& caller) noexcept {
    return {.tpm = caller.tpm, .rpm = caller.rpm, .settle_actual = true};
}

}  // namespace

SharePermit::SharePermit(SharePermit&& other) noexcept
    : share_(std::exchange(other.share_, nullptr)), reservation_(other.reservation_) {}

SharePermit::~SharePermit() {
    if (share_ != nullptr) { share_->running_.fetch_sub(1); }
}

void SharePermit::settle(Tokens used, TimePoint now) noexcept {
    share_->quota_.settle(reservation_, used, now);
}

CallerShare::CallerShare(const CallerConfig& caller) noexcept
    : quota_(limits_of(caller)), running_max_(caller.streams) {}

void CallerShare::change(const CallerConfig& caller) noexcept {
    quota_.rescale(limits_of(caller));
    running_max_.store(caller.streams);
}

std::variant<SharePermit, ShareRefusal> CallerShare::take(Tokens estimate, TimePoint now) noexcept {
    const std::uint32_t running_max = running_max_.load();
    if (running_.fetch_add(1) >= running_max && running_max > 0) {
        running_.fetch_sub(1);
        return ShareRefusal{Denial::streams, now + streams_wait};
    }
    SharePermit permit(*this, {now, estimate});
    switch (quota_.reserve(estimate, now)) {
        case QuotaAnswer::admitted: return permit;
        case QuotaAnswer::requests_full:
            return ShareRefusal{Denial::requests, quota_.ready_at(estimate, now)};
        case QuotaAnswer::tokens_full:
        case QuotaAnswer::too_big: break;
    }
    return ShareRefusal{Denial::tokens, quota_.ready_at(estimate, now)};
}

std::shared_ptr<CallerShare> CallerShares::of(const CallerConfig& caller) {
    std::erase_if(shares_, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<CallerShare>& known = shares_[caller.name];
    std::shared_ptr<CallerShare> share = known.lock();
    if (!share) {
        share = std::make_shared<CallerShare>(caller);
        known = share;
    }
    return share;
}

bool has_share_limits(const CallerConfig& caller) noexcept {
    return caller.tpm > 0 || caller.rpm > 0 || caller.streams > 0;
}

}  // namespace spillway
