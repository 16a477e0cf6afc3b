// When a token is fetched again, as a value: well before it ends, sooner and sooner never, and
// while it is still good nothing that goes wrong is urgent.
#pragma once

#include "fleet/credential_state.hpp"
#include "spillway/random.hpp"
#include "spillway/time.hpp"

#include <cstdint>
#include <optional>

namespace spillway {

class RefreshSchedule {
public:
    /// What came of an attempt.
    struct Fetched {
        Duration lifetime{};
        std::optional<Duration> refresh_in;  ///< the server's own wish
    };
    struct Failed {
        TokenTrouble trouble{};
        bool upgrading = false;               ///< IMDS, back within 70 s
        std::optional<Duration> retry_after;  ///< as the server said
    };

    /// Due at once.
    explicit RefreshSchedule(TimePoint now) noexcept : due_(now) {}

    /// When to fetch.
    [[nodiscard]] TimePoint due() const noexcept { return due_; }
    /// Until when the last token may be used; the past when there is none.
    [[nodiscard]] TimePoint usable_until() const noexcept { return usable_until_; }

    void fetched(const Fetched& token, TimePoint now, Rng& rng) noexcept;
    void failed(const Failed& failure, TimePoint now, Rng& rng) noexcept;
    /// An upstream has answered 401. At most once per `refusals_every` the token is fetched at
    /// once; true then.
    [[nodiscard]] bool refused(TimePoint now) noexcept;

    static constexpr Duration refusals_every = std::chrono::seconds(30);

private:
    TimePoint due_;
    TimePoint usable_until_ = TimePoint::min();
    TimePoint fetched_at_ = TimePoint::min();
    TimePoint refused_at_ = TimePoint::min();
    std::uint32_t failures_ = 0;  // in a row
};

}  // namespace spillway
