#include "sim/meter.hpp"

#include <algorithm>

namespace spillway_sim {

namespace {

using std::chrono::seconds;

constexpr Duration minute = seconds(60);
// Azure judges requests over 1 s or 10 s; 10 s is what `remaining-requests: 19` on a deployment of
// 120 RPM shows (azure-protocol §3.2).
constexpr Duration request_window = seconds(10);
constexpr std::int64_t request_windows_per_minute = 6;

}  // namespace

Meter::Meter(Limits limits, TimePoint start) : limits_(limits), start_(start) {}

std::int64_t Meter::requests_per_window() const {
    return (limits_.requests + request_windows_per_minute - 1) / request_windows_per_minute;
}

std::int64_t Meter::index_of(TimePoint now, Duration length) const {
    return (now - start_) / length;
}

std::int64_t Meter::used(const Window& window, std::int64_t index) const {
    return window.index == index ? window.used : 0;
}

Admission Meter::admit(std::int64_t tokens, TimePoint now) {
    const Window next_tokens{index_of(now, minute), used(tokens_, index_of(now, minute)) + tokens};
    const Window next_requests{index_of(now, request_window),
                               used(requests_, index_of(now, request_window)) + 1};
    if (limits_.requests > 0 && next_requests.used > requests_per_window()) {
        return Admission::over_requests;
    }
    if (limits_.tokens > 0 && next_tokens.used > limits_.tokens) { return Admission::over_tokens; }
    tokens_ = next_tokens;
    requests_ = next_requests;
    remember(tokens, now);
    return Admission::admitted;
}

void Meter::remember(std::int64_t tokens, TimePoint now) {
    while (!last_60s_.empty() && last_60s_.front().at <= now - minute) {
        in_60s_ -= last_60s_.front().tokens;
        last_60s_.pop_front();
    }
    last_60s_.push_back({now, tokens});
    in_60s_ += tokens;
    max_in_60s_ = std::max(max_in_60s_, in_60s_);
    tokens_admitted_ += tokens;
}

Meter::Reading Meter::read(TimePoint now) const {
    Reading reading;
    const auto minute_index = index_of(now, minute);
    const auto request_index = index_of(now, request_window);
    if (limits_.tokens > 0) {
        reading.remaining_tokens = std::max<std::int64_t>(0, limits_.tokens -
                                                                 used(tokens_, minute_index));
    }
    if (limits_.requests > 0) {
        reading.remaining_requests = std::max<std::int64_t>(0, requests_per_window() -
                                                                   used(requests_, request_index));
    }
    reading.tokens_reset = start_ + (minute_index + 1) * minute - now;
    reading.requests_reset = start_ + (request_index + 1) * request_window - now;
    return reading;
}

}  // namespace spillway_sim
