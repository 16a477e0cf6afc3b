// When an issuer's keys are fetched again, as a value: every hour, soon after a failure, and when
// somebody shows a key that is not known, which anybody can do as often as they like.
#pragma once

#include "spillway/random.hpp"
#include "spillway/time.hpp"

#include <cstdint>
#include <optional>

namespace spillway {

class KeySchedule {
public:
    /// Entra may change its keys without notice (azure-protocol.md §2.6).
    static constexpr Duration refresh_every = std::chrono::hours(1);
    /// At most so often because of keys that are not known (reliability.md §4.6); the first time at
    /// once.
    static constexpr Duration unknown_keys_every = std::chrono::seconds(60);

    /// Due at once.
    explicit KeySchedule(TimePoint now) noexcept : due_(now) {}

    [[nodiscard]] TimePoint due() const noexcept { return due_; }

    void fetched(TimePoint now, Rng& rng) noexcept;
    /// `retry_after`: as the server said, if it did.
    void failed(std::optional<Duration> retry_after, TimePoint now, Rng& rng) noexcept;
    /// A token names a key that is not known. Changes nothing while fetches fail: they are tried
    /// again soon anyway.
    void unknown_key(TimePoint now) noexcept;

private:
    TimePoint due_;
    TimePoint asked_at_ = TimePoint::min();  // because of a key that was not known
    std::uint32_t failures_ = 0;             // in a row
};

}  // namespace spillway
