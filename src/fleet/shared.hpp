// How workers share a policy's state without a lock: the policy stays a plain value of at most 16
// bytes, and a change is a pure function of it, applied by compare-and-swap. See
// docs/decisions/0005.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

namespace spillway {

template <class Value>
class Shared {
    static_assert(std::is_trivially_copyable_v<Value> && sizeof(Value) <= 16);
    static_assert(std::has_unique_object_representations_v<Value>,
                  "padding bits would make compare-and-swap fail for ever");

public:
    Shared() noexcept : Shared(Value{}) {}
    explicit Shared(const Value& value) noexcept : value_(value) {}

    [[nodiscard]] Value read() const noexcept { return value_.load(std::memory_order_acquire); }

    /// `change(Value&)` may run several times, each time on a fresh copy; what its last run
    /// returned is returned. Nothing is written when it changes nothing.
    template <class Change>
    auto update(Change change) noexcept {
        Value before = read();
        for (;;) {
            Value after = before;
            auto result = change(after);
            if (after == before ||
                value_.compare_exchange_weak(before, after, std::memory_order_acq_rel)) {
                return result;
            }
        }
    }

private:
    alignas(16) std::atomic<Value> value_;
};

/// The word that the sliding windows are built of when several workers use them
/// (policy/window.hpp).
class AtomicWord {
public:
    AtomicWord(std::uint64_t value = 0) noexcept : value_(value) {}
    [[nodiscard]] std::uint64_t load() const noexcept { return value_.load(); }
    void store(std::uint64_t value) noexcept { value_.store(value); }
    std::uint64_t fetch_add(std::uint64_t by) noexcept { return value_.fetch_add(by); }
    std::uint64_t fetch_sub(std::uint64_t by) noexcept { return value_.fetch_sub(by); }
    bool compare_exchange_strong(std::uint64_t& expected, std::uint64_t desired) noexcept {
        return value_.compare_exchange_strong(expected, desired);
    }

private:
    std::atomic<std::uint64_t> value_;
};

}  // namespace spillway
