#include "fleet/region.hpp"

#include <algorithm>
#include <bit>

namespace spillway {

Region::Region() {
    for (std::size_t i = 0; i < witnesses_max; ++i) {
        failures_.emplace_back(std::chrono::seconds(1));
    }
}

std::size_t Region::join() noexcept {
    std::uint64_t taken = joined_.load();
    for (;;) {
        const auto place = static_cast<std::size_t>(std::countr_one(taken));
        if (place == witnesses_max) { return place; }
        if (joined_.compare_exchange_weak(taken, taken | (std::uint64_t{1} << place))) {
            return place;
        }
    }
}

void Region::leave(std::size_t witness) noexcept {
    if (witness == witnesses_max) { return; }
    failures_[witness].clear();
    joined_.fetch_and(~(std::uint64_t{1} << witness));
}

void Region::succeeded(TimePoint now) noexcept { successes_.add(1, now, now); }

std::optional<Breaker::Transition> Region::failed(std::size_t witness, const BreakerParams& params,
                                                  TimePoint now, Rng& rng) noexcept {
    if (witness == witnesses_max) { return std::nullopt; }
    failures_[witness].add(1, now, now);
    if (successes_.sum(now) > 0) { return std::nullopt; }
    std::uint64_t evidence = 0;
    for (const Window& window : failures_) { evidence += std::min(window.sum(now), voice_max); }
    const bool is_alone = std::popcount(joined_.load()) == 1;
    if (evidence < voice_max * (is_alone ? 1 : 2)) { return std::nullopt; }
    return breaker_.update([&](Breaker& breaker) {
        return breaker.trip(Breaker::Reason::region, params, now, rng);
    });
}

}  // namespace spillway
