// Counts one deployment's tokens and requests the way Azure does (azure-protocol §3.1, §3.2): a
// token counter that starts anew every minute, and requests judged over short windows so that a
// minute's worth of them in one burst is refused. Also keeps the figure the gateway is measured by:
// the most tokens admitted in any 60 s. Separate because it is pure arithmetic on `now`.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "spillway/time.hpp"

namespace spillway_sim {

using spillway::Duration;
using spillway::TimePoint;

enum class Admission { admitted, over_tokens, over_requests };

class Meter {
public:
    /// Per minute; 0 means unlimited.
    struct Limits {
        std::int64_t tokens = 0;
        std::int64_t requests = 0;

        bool operator==(const Limits&) const = default;
    };

    /// What the rate-limit headers tell; remaining amounts are -1 where there is no limit.
    struct Reading {
        std::int64_t remaining_tokens = -1;
        std::int64_t remaining_requests = -1;
        Duration tokens_reset{};
        Duration requests_reset{};
    };

    Meter(Limits limits, TimePoint start);

    /// Counts a request of `tokens` (an estimate, >= 0) if it fits; a refused one costs nothing.
    [[nodiscard]] Admission admit(std::int64_t tokens, TimePoint now);

    [[nodiscard]] Reading read(TimePoint now) const;

    /// Takes effect for the next request; what the running windows hold stays counted.
    void set_limits(Limits limits) { limits_ = limits; }

    [[nodiscard]] const Limits& limits() const { return limits_; }
    [[nodiscard]] std::int64_t tokens_admitted() const { return tokens_admitted_; }
    [[nodiscard]] std::int64_t max_tokens_in_60s() const { return max_in_60s_; }

private:
    struct Window {
        std::int64_t index = 0;
        std::int64_t used = 0;
    };
    struct Grant {
        TimePoint at;
        std::int64_t tokens;
    };

    [[nodiscard]] std::int64_t requests_per_window() const;
    [[nodiscard]] std::int64_t index_of(TimePoint now, Duration length) const;
    [[nodiscard]] std::int64_t used(const Window& window, std::int64_t index) const;
    void remember(std::int64_t tokens, TimePoint now);

    Limits limits_;
    TimePoint start_;
    Window tokens_;
    Window requests_;
    std::deque<Grant> last_60s_;
    std::int64_t in_60s_ = 0;
    std::int64_t max_in_60s_ = 0;
    std::int64_t tokens_admitted_ = 0;
};

}  // namespace spillway_sim
