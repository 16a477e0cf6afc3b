// Randomness as an argument: jitter and weighted choice draw from a generator that the caller owns,
// so a test fixes the seed and a worker needs no lock.
#pragma once

#include <cstdint>

namespace spillway {

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). Eight
/// bytes of state, good enough for jitter and load spreading; not for secrets.
class Rng {
public:
    explicit constexpr Rng(std::uint64_t seed) noexcept : state_(seed) {}

    [[nodiscard]] constexpr std::uint64_t next() noexcept {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

    /// Uniform in [0, 1).
    [[nodiscard]] constexpr double unit() noexcept {
        return static_cast<double>(next() >> 11U) * 0x1.0p-53;
    }

private:
    std::uint64_t state_;
};

}  // namespace spillway
