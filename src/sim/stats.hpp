// What happened, in numbers that tests assert on: per resource and per deployment. Times are the
// monotonic clock in milliseconds, which on Linux is also Python's time.monotonic().
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "sim/json.hpp"
#include "sim/request.hpp"
#include "spillway/time.hpp"

namespace spillway_sim {

using spillway::TimePoint;

/// An answer whose peer left before its end.
struct Cancelled {
    TimePoint at;
    std::size_t events_sent = 0;
    bool is_stream = false;
};

struct Counts {
    std::uint64_t requests = 0;
    std::uint64_t complete = 0;
    std::map<unsigned, std::uint64_t> by_status;
    std::uint64_t open_streams = 0;
    std::uint64_t max_open_streams = 0;
    std::uint64_t cancelled = 0;
    /// The latest of them, at most 1,000.
    std::deque<Cancelled> latest_cancelled;
    std::string last_head;
    std::string last_body_sha256;

    void on_request(const Request& request);
    void on_status(unsigned status) { ++by_status[status]; }
    void on_cancelled(const Cancelled& what);

    [[nodiscard]] Json to_json() const;
};

struct ConnectionCounts {
    std::uint64_t accepted = 0;
    std::uint64_t open = 0;
    std::uint64_t reset = 0;

    [[nodiscard]] Json to_json() const;
};

/// Lower-case hex.
[[nodiscard]] std::string sha256(const std::string& bytes);

}  // namespace spillway_sim
