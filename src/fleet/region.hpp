// One resource as all its deployments see it: its endpoint's breaker. Fed only with failures that a
// whole region would show (no connection, 502, 503, 504), so that one dead host costs a handful of
// requests instead of five for each deployment (reliability.md §2.5).
#pragma once

#include "fleet/shared.hpp"
#include "spillway/policy/breaker.hpp"
#include "spillway/policy/window.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace spillway {

/// Shared by all workers.
class Region {
public:
    /// So many of a deployment's failures in the last 10 s count against its region, no more: one
    /// that is broken by itself must not condemn the others.
    static constexpr std::uint64_t voice_max = 3;

    /// More deployments in one resource have no voice in its verdict.
    static constexpr std::size_t witnesses_max = 64;

    Region();

    /// A place for one more deployment's evidence, `witnesses_max` when all are taken; to be left
    /// exactly once. A reload adds and removes deployments while others go on.
    [[nodiscard]] std::size_t join() noexcept;
    void leave(std::size_t witness) noexcept;

    [[nodiscard]] Shared<Breaker>& breaker() noexcept { return breaker_; }
    [[nodiscard]] const Shared<Breaker>& breaker() const noexcept { return breaker_; }

    /// Evidence of the deployment that joined as `witness`.
    void succeeded(TimePoint now) noexcept;
    /// Opens the region when the voices of its deployments make up two whole ones (of its only
    /// deployment: one) and none had a success in the last 10 s.
    std::optional<Breaker::Transition> failed(std::size_t witness, const BreakerParams& params,
                                              TimePoint now, Rng& rng) noexcept;

private:
    using Window = SlidingWindow<AtomicWord, 11>;  // 10 s and the second in progress

    Shared<Breaker> breaker_{Breaker{}};
    Window successes_{std::chrono::seconds(1)};
    std::atomic<std::uint64_t> joined_{0};  // bit n: place n is taken
    std::deque<Window> failures_;           // by place; a deque because windows do not move
};

}  // namespace spillway
