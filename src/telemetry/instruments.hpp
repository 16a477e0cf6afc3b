// What a metric is made of: counters, histograms and a heartbeat that exactly one thread writes and
// any thread reads. A relaxed load and store instead of a locked add: 0.3 ns where a shared counter
// takes 5 to 18 (docs/decisions/0008). They know no names; cells.hpp arranges them, catalogue.hpp
// names them.
#pragma once

#include "spillway/time.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace spillway {

/// One writer (the owning worker), any readers. Counts up; with `sub` it is a gauge.
class Counter {
public:
    void add(std::uint64_t by = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    void sub(std::uint64_t by = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) - by, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t value() const noexcept {
        return value_.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Fixed upper bounds in seconds, ascending; one writer. `bounds` must outlive it (they are
/// constants of catalogue.cpp, chosen per metric).
class Histogram {
public:
    static constexpr std::size_t buckets_max = 20;

    explicit Histogram(std::span<const double> bounds) noexcept : bounds_(bounds) {}

    /// Below zero counts as zero: two clock readings in the wrong order must not wreck a sum.
    void observe(double seconds) noexcept;
    [[nodiscard]] std::span<const double> bounds() const noexcept { return bounds_; }
    /// Observations in `(bounds[i-1], bounds[i]]`; `i == bounds().size()`: above every bound.
    [[nodiscard]] std::uint64_t bucket(std::size_t i) const noexcept { return counts_[i].value(); }
    [[nodiscard]] double sum_seconds() const noexcept;

private:
    std::span<const double> bounds_;
    std::array<Counter, buckets_max + 1> counts_;
    Counter sum_nanoseconds_;
};

/// When a worker's loop last turned: written by the worker's timer tick, read by /livez.
class Heartbeat {
public:
    void beat(TimePoint now) noexcept {
        nanoseconds_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    }
    /// TimePoint{} before the first beat.
    [[nodiscard]] TimePoint last() const noexcept {
        return TimePoint(Duration(nanoseconds_.load(std::memory_order_relaxed)));
    }

private:
    std::atomic<Duration::rep> nanoseconds_{0};
};

}  // namespace spillway
