// Bodies of window.hpp. The rule that makes it exact under threads: whoever takes an amount out of
// a cell by compare-and-swap owns it and subtracts it from the total, once; amounts enter the total
// before they enter a cell. So the total never falls short of what the window still has to count.
#pragma once

#include "spillway/policy/window.hpp"

#include <algorithm>
#include <limits>

namespace spillway {

inline std::uint64_t PlainWord::fetch_add(std::uint64_t by) noexcept {
    const std::uint64_t before = value_;
    value_ += by;
    return before;
}

inline std::uint64_t PlainWord::fetch_sub(std::uint64_t by) noexcept {
    const std::uint64_t before = value_;
    value_ -= by;
    return before;
}

inline bool PlainWord::compare_exchange_strong(std::uint64_t& expected,
                                               std::uint64_t desired) noexcept {
    if (value_ != expected) {
        expected = value_;
        return false;
    }
    value_ = desired;
    return true;
}

template <class Word, std::size_t Slots>
bool SlidingWindow<Word, Slots>::take(std::uint64_t amount, std::uint64_t limit,
                                      TimePoint now) noexcept {
    advance(now);
    std::uint64_t total = total_.load();
    do {
        if (total > limit || amount > limit - total) { return false; }
    } while (!total_.compare_exchange_strong(total, total + amount));
    // In the newest slot, not in that of `now`: if the epoch has moved since, the total that let us
    // in has been lowered for that later time, and our own slot may be about to be expired
    // uncounted. A cell that has moved on proves that the epoch has, so the loop ends.
    while (!record(static_cast<Slot>(epoch_.load()), amount)) {}
    return true;
}

template <class Word, std::size_t Slots>
void SlidingWindow<Word, Slots>::add(std::uint64_t amount, TimePoint at, TimePoint now) noexcept {
    const Slot newest = advance(now);
    const Slot slot = std::min(slot_of(at), newest);
    if (slot <= newest - slots) { return; }
    total_.fetch_add(amount);
    if (!record(slot, amount)) { total_.fetch_sub(amount); }
}

template <class Word, std::size_t Slots>
void SlidingWindow<Word, Slots>::raise_to(std::uint64_t target, TimePoint at,
                                          TimePoint now) noexcept {
    const Slot newest = advance(now);
    const Slot slot = std::min(slot_of(at), newest);
    if (slot <= newest - slots) { return; }
    std::uint64_t total = total_.load();
    do {
        if (total >= target) { return; }
    } while (!total_.compare_exchange_strong(total, target));
    if (!record(slot, target - total)) { total_.fetch_sub(target - total); }
}

template <class Word, std::size_t Slots>
void SlidingWindow<Word, Slots>::give_back(std::uint64_t amount, TimePoint at,
                                           TimePoint now) noexcept {
    const Slot newest = advance(now);
    Slot slot = slot_of(at);
    if (slot <= newest - slots) { return; }
    // A taker whose `now` was behind is counted in a later slot than it believes. Taking from the
    // oldest slot first keeps every later part of the window at least as full as the truth.
    for (; amount > 0 && slot <= newest; ++slot) { amount -= reclaim(slot, amount); }
}

template <class Word, std::size_t Slots>
std::uint64_t SlidingWindow<Word, Slots>::sum(TimePoint now) const noexcept {
    const Slot seen = static_cast<Slot>(epoch_.load());
    const std::uint64_t total = total_.load();
    // Slots that have left the window by `now` but that nobody has expired yet.
    std::uint64_t gone = 0;
    const Slot last = std::min(slot_of(now) - slots, seen);
    if (last == seen) { return 0; }  // a deployment that nobody has used for a while
    for (Slot slot = seen - slots + 1; slot <= last; ++slot) { gone += amount_in(slot); }
    return total > gone ? total - gone : 0;
}

template <class Word, std::size_t Slots>
TimePoint SlidingWindow<Word, Slots>::falls_to(std::uint64_t target, TimePoint now) const noexcept {
    const Slot newest = current(now);
    std::uint64_t left = 0;
    for (Slot slot = newest - slots + 1; slot <= newest; ++slot) { left += amount_in(slot); }
    if (left <= target) { return now; }
    Slot slot = newest - slots + 1;
    for (; slot < newest; ++slot) {
        left -= std::min(left, amount_in(slot));
        if (left <= target) { break; }
    }
    return TimePoint(slot_ * (slot + slots));
}

template <class Word, std::size_t Slots>
void SlidingWindow<Word, Slots>::clear() noexcept {
    for (Word& word : ring_) {
        std::uint64_t seen = word.load();
        while (!word.compare_exchange_strong(seen, seen & ~std::uint64_t{0xFFFF'FFFF})) {}
        total_.fetch_sub(unpack(seen).amount);
    }
}

template <class Word, std::size_t Slots>
auto SlidingWindow<Word, Slots>::unpack(std::uint64_t word) noexcept -> Cell {
    return {static_cast<std::uint32_t>(word >> 32U), static_cast<std::uint32_t>(word)};
}

template <class Word, std::size_t Slots>
std::uint64_t SlidingWindow<Word, Slots>::pack(Slot slot, std::uint64_t amount) noexcept {
    return static_cast<std::uint64_t>(slot) << 32U | amount;
}

template <class Word, std::size_t Slots>
std::int32_t SlidingWindow<Word, Slots>::ahead(Cell cell, Slot slot) noexcept {
    return static_cast<std::int32_t>(cell.stamp - static_cast<std::uint32_t>(slot));
}

template <class Word, std::size_t Slots>
Word& SlidingWindow<Word, Slots>::word_of(Slot slot) noexcept {
    return ring_[static_cast<std::size_t>(slot) % ring_size];
}

template <class Word, std::size_t Slots>
std::uint64_t SlidingWindow<Word, Slots>::amount_in(Slot slot) const noexcept {
    const Cell cell = unpack(ring_[static_cast<std::size_t>(slot) % ring_size].load());
    return ahead(cell, slot) == 0 ? cell.amount : 0;
}

template <class Word, std::size_t Slots>
auto SlidingWindow<Word, Slots>::slot_of(TimePoint at) const noexcept -> Slot {
    return std::max<Slot>(0, at.time_since_epoch() / slot_);
}

template <class Word, std::size_t Slots>
auto SlidingWindow<Word, Slots>::current(TimePoint now) const noexcept -> Slot {
    return std::max(slot_of(now), static_cast<Slot>(epoch_.load()));
}

// The thread that moves the epoch expires what left the window by that move.
template <class Word, std::size_t Slots>
auto SlidingWindow<Word, Slots>::advance(TimePoint now) noexcept -> Slot {
    const Slot slot = slot_of(now);
    std::uint64_t seen = epoch_.load();
    do {
        if (static_cast<Slot>(seen) >= slot) { return static_cast<Slot>(seen); }
    } while (!epoch_.compare_exchange_strong(seen, static_cast<std::uint64_t>(slot)));
    const Slot last = slot - slots;
    const Slot first = std::max(static_cast<Slot>(seen) - slots,
                                last - static_cast<Slot>(ring_size));
    for (Slot expired = std::max<Slot>(0, first + 1); expired <= last; ++expired) {
        expire(expired);
    }
    return slot;
}

// Leaves the cell stamped for its next turn: a thread that still wants to count in the expired slot
// sees that it is too late.
template <class Word, std::size_t Slots>
void SlidingWindow<Word, Slots>::expire(Slot slot) noexcept {
    Word& word = word_of(slot);
    const std::uint64_t next_turn = pack(slot + static_cast<Slot>(ring_size), 0);
    std::uint64_t seen = word.load();
    do {
        if (ahead(unpack(seen), slot) > 0) { return; }
    } while (!word.compare_exchange_strong(seen, next_turn));
    total_.fetch_sub(unpack(seen).amount);
}

template <class Word, std::size_t Slots>
bool SlidingWindow<Word, Slots>::record(Slot slot, std::uint64_t amount) noexcept {
    constexpr std::uint64_t cell_max = std::numeric_limits<std::uint32_t>::max();
    Word& word = word_of(slot);
    std::uint64_t seen = word.load();
    std::uint64_t uncounted = 0;
    std::uint64_t counted = 0;
    do {
        const Cell cell = unpack(seen);
        const std::int32_t lead = ahead(cell, slot);
        if (lead > 0) { return false; }
        // An older turn of the same cell left the window before this slot began: it goes.
        const std::uint64_t kept = lead == 0 ? cell.amount : 0;
        counted = std::min(kept + amount, cell_max);
        // What a saturated cell cannot hold must not stay in the total for ever.
        uncounted = cell.amount + amount - counted;
    } while (!word.compare_exchange_strong(seen, pack(slot, counted)));
    if (uncounted > 0) { total_.fetch_sub(uncounted); }
    return true;
}

template <class Word, std::size_t Slots>
std::uint64_t SlidingWindow<Word, Slots>::reclaim(Slot slot, std::uint64_t amount) noexcept {
    Word& word = word_of(slot);
    std::uint64_t seen = word.load();
    std::uint64_t part = 0;
    do {
        const Cell cell = unpack(seen);
        if (ahead(cell, slot) != 0) { return 0; }
        part = std::min<std::uint64_t>(amount, cell.amount);
    } while (part > 0 &&
             !word.compare_exchange_strong(seen, pack(slot, unpack(seen).amount - part)));
    total_.fetch_sub(part);
    return part;
}

}  // namespace spillway
