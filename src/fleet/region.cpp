#include "fleet/region.hpp"

#include <algorithm>

namespace spillway {

Region::Region(std::size_t deployments) {
    for (std::size_t i = 0; i < deployments; ++i) {
        failures_.emplace_back(std::chrono::seconds(1));
    }
}

void Region::succeeded(TimePoint now) noexcept { successes_.add(1, now, now); }

std::optional<Breaker::Transition> Region::failed(std::size_t witness, const BreakerParams& params,
                                                  TimePoint now, Rng& rng) noexcept {
    failures_[witness].add(1, now, now);
    if (successes_.sum(now) > 0) { return std::nullopt; }
    const auto accusers = std::count_if(failures_.begin(), failures_.end(), [now](const Window& w) {
        return w.sum(now) >= failures_to_accuse;
    });
    if (static_cast<std::size_t>(accusers) < std::min<std::size_t>(2, failures_.size())) {
        return std::nullopt;
    }
    return breaker_.update([&](Breaker& breaker) {
        return breaker.trip(Breaker::Reason::region, params, now, rng);
    });
}

}  // namespace spillway
