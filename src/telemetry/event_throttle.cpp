#include "telemetry/event_throttle.hpp"

#include <algorithm>
#include <utility>

namespace spillway {

std::optional<std::uint64_t> EventThrottle::admit(std::string_view kind, TimePoint now) {
    const auto known = kinds_.find(kind);
    if (known == kinds_.end()) {
        if (kinds_.size() == kinds_max) { forget_the_oldest(); }
        kinds_.emplace(kind, Kind{now, 0});
        return 0;
    }
    if (now - known->second.written_at < interval) {
        ++known->second.suppressed;
        return std::nullopt;
    }
    known->second.written_at = now;
    return std::exchange(known->second.suppressed, 0);
}

void EventThrottle::forget_the_oldest() {
    kinds_.erase(std::ranges::min_element(kinds_, {}, [](const auto& entry) {
        return entry.second.written_at;
    }));
}

}  // namespace spillway
