// What the tokens of one answer cost. Exact: a price is a whole number of millionths of a billionth
// per token, and only the sum of a request is rounded, once, to a Money.
#pragma once

#include "spillway/money.hpp"
#include "spillway/usage.hpp"

#include <cstdint>

namespace spillway {

/// Per token, in units of 1e-12 of the currency. That is the same number as millionths of the
/// currency per million tokens, which is how price lists are written: 2.50 is 2'500'000.
struct Price {
    static constexpr std::int64_t max = 1'000'000'000'000;  ///< a million per million tokens

    std::int64_t input = 0;
    std::int64_t cached_input = 0;
    std::int64_t output = 0;  ///< reasoning included

    friend bool operator==(const Price&, const Price&) = default;
};

/// Half a billionth is rounded up. Cached input is a part of the input and costs its own price
/// instead; reasoning is a part of the output and costs the same. Numbers no upstream can mean
/// (negative ones, a part that is larger than its whole) count as the nearest possible.
[[nodiscard]] Money cost(const Usage& usage, const Price& price) noexcept;

}  // namespace spillway
