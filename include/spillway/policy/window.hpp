// Exact counts over the last N slots of time, for limits that must hold in *every* window and for outcome rates.
// One algorithm over words that are plain in tests and simulations and atomic in the fleet: `Word` needs load,
// fetch_add, fetch_sub, compare_exchange_strong with the meaning of std::atomic<std::uint64_t>.
//
// A fixed window or a GCRA with burst = limit lets twice the limit into one minute; sliding slots never do
// (reliability.md §3.1). `Slots` counts the slot in progress too: 61 slots of 1 s cover every 60 s.
#pragma once

#include "spillway/time.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace spillway {

/// The single-threaded word.
class PlainWord {
public:
    constexpr PlainWord(std::uint64_t value = 0) noexcept : value_(value) {}
    [[nodiscard]] std::uint64_t load() const noexcept { return value_; }
    void store(std::uint64_t value) noexcept { value_ = value; }
    std::uint64_t fetch_add(std::uint64_t by) noexcept;
    std::uint64_t fetch_sub(std::uint64_t by) noexcept;
    bool compare_exchange_strong(std::uint64_t& expected, std::uint64_t desired) noexcept;

private:
    std::uint64_t value_;
};

template <class Word, std::size_t Slots>
class SlidingWindow {
public:
    explicit SlidingWindow(Duration slot) noexcept : slot_(slot) {}

    /// Counts `amount` if the window's sum stays within `limit`. Never over-admits, whatever runs at the same
    /// time; may refuse too much for the duration of a concurrent call. Amounts below 2^32.
    [[nodiscard]] bool take(std::uint64_t amount, std::uint64_t limit, TimePoint now) noexcept;
    /// Counts without a test: debt, or plain statistics. `at` may lie in the past; older than the window: no-op.
    void add(std::uint64_t amount, TimePoint at, TimePoint now) noexcept;
    /// Takes back what was counted at `at`, unless that slot has left the window (then time gave it back already).
    void give_back(std::uint64_t amount, TimePoint at, TimePoint now) noexcept;

    /// Sum of the window; a pure read.
    [[nodiscard]] std::uint64_t sum(TimePoint now) const noexcept;
    /// When the sum will have fallen to `target` or below if nothing is added; `now` if it has already.
    [[nodiscard]] TimePoint falls_to(std::uint64_t target, TimePoint now) const noexcept;
    void clear() noexcept;
    // (implementation: see the policy owner)
private:
    Duration slot_;
};

}  // namespace spillway
