// Exact counts over the last N slots of time, for limits that must hold in *every* window and for
// outcome rates. One algorithm over words that are plain in tests and simulations and atomic in the
// fleet: `Word` needs load, store, fetch_add, fetch_sub and compare_exchange_strong with the
// meaning (and the sequential consistency) of std::atomic<std::uint64_t>.
//
// A fixed window or a GCRA with burst = limit lets twice the limit into one minute; sliding slots
// never do (reliability.md §3.1, docs/decisions/0006). Bodies: window_impl.hpp.
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

/// `Slots` counts the slot in progress too: 61 slots of 1 s cover every 60 s. Time never runs
/// backwards in here: a caller whose `now` is behind that of another thread acts at the other's.
/// A thread may stop anywhere inside any call; the others then count too much, never too little.
template <class Word, std::size_t Slots>
class SlidingWindow {
public:
    explicit SlidingWindow(Duration slot) noexcept : slot_(slot) {}

    /// Counts `amount` if the window's sum stays within `limit`. Never over-admits, whatever runs
    /// at the same time; may refuse too much for the duration of a concurrent call. Amounts below
    /// 2^32.
    [[nodiscard]] bool take(std::uint64_t amount, std::uint64_t limit, TimePoint now) noexcept;
    /// Counts without a test: debt, or plain statistics. `at` may lie in the past; older than the
    /// window: no-op. Amounts below 2^32; a slot's sum saturates there.
    void add(std::uint64_t amount, TimePoint at, TimePoint now) noexcept;
    /// Counts at `at` whatever the sum lacks of `target`; several threads that learn the same news
    /// count it once.
    void raise_to(std::uint64_t target, TimePoint at, TimePoint now) noexcept;
    /// Takes back what was counted by a call with `now` (or `at`) = `at`, unless that slot has left
    /// the window: then time gave it back already.
    void give_back(std::uint64_t amount, TimePoint at, TimePoint now) noexcept;

    /// Sum of the window; a pure read.
    [[nodiscard]] std::uint64_t sum(TimePoint now) const noexcept;
    /// When the sum will have fallen to `target` or below if nothing is added; `now` if it has.
    [[nodiscard]] TimePoint falls_to(std::uint64_t target, TimePoint now) const noexcept;
    /// Forgets everything counted so far.
    void clear() noexcept;

private:
    // A slot's number, counted from the clock's epoch.
    using Slot = std::int64_t;

    // What a word of the ring holds. A stamp is the low half of a slot's number.
    struct Cell {
        std::uint32_t stamp = 0;
        std::uint32_t amount = 0;
    };

    static constexpr Slot slots = static_cast<Slot>(Slots);
    // Longer than the window, so that the cell a new slot needs has always left the window.
    static constexpr std::size_t ring_size = std::bit_ceil(Slots + 3);

    static Cell unpack(std::uint64_t word) noexcept;
    static std::uint64_t pack(Slot slot, std::uint64_t amount) noexcept;
    // How far the cell's slot lies ahead of `slot`; negative: behind.
    static std::int32_t ahead(Cell cell, Slot slot) noexcept;
    [[nodiscard]] Word& word_of(Slot slot) noexcept;
    [[nodiscard]] std::uint64_t amount_in(Slot slot) const noexcept;

    [[nodiscard]] Slot slot_of(TimePoint at) const noexcept;
    [[nodiscard]] Slot current(TimePoint now) const noexcept;
    Slot advance(TimePoint now) noexcept;
    void expire(Slot slot) noexcept;

    [[nodiscard]] bool record(Slot slot, std::uint64_t amount) noexcept;
    [[nodiscard]] std::uint64_t reclaim(Slot slot, std::uint64_t amount) noexcept;

    Duration slot_;
    // Never less than the sum of the ring: raised before, lowered after a cell changes.
    Word total_{0};
    // Newest slot seen; it only rises.
    Word epoch_{0};
    std::array<Word, ring_size> ring_{};
};

}  // namespace spillway

#include "spillway/policy/window_impl.hpp"
