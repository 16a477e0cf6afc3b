#include "telemetry/instruments.hpp"

#include <algorithm>

namespace spillway {

void Histogram::observe(double seconds) noexcept {
    const double positive = std::max(seconds, 0.0);
    const auto bound = std::ranges::lower_bound(bounds_, positive);
    counts_[static_cast<std::size_t>(bound - bounds_.begin())].add();
    sum_nanoseconds_.add(static_cast<std::uint64_t>(positive * 1e9));
}

double Histogram::sum_seconds() const noexcept {
    return static_cast<double>(sum_nanoseconds_.value()) * 1e-9;
}

}  // namespace spillway
