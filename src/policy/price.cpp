#include "spillway/policy/price.hpp"

#include <algorithm>

namespace spillway {

namespace {

__extension__ using Wide = __int128;

// Beyond every context window; three times this at the highest price still fits.
constexpr Tokens tokens_max = 1'000'000'000;
constexpr Wide picos_per_money = 1000;

Wide product(Tokens tokens, std::int64_t price) noexcept { return Wide{tokens} * Wide{price}; }

}  // namespace

Money cost(const Usage& usage, const Price& price) noexcept {
    const Tokens input = std::clamp<Tokens>(usage.input, 0, tokens_max);
    const Tokens cached = std::clamp<Tokens>(usage.cached_input, 0, input);
    const Tokens output = std::clamp<Tokens>(usage.output, 0, tokens_max);
    const Wide picos = product(input - cached, price.input) + product(cached, price.cached_input) +
                       product(output, price.output);
    constexpr Wide most = Wide{INT64_MAX};
    return static_cast<Money>(std::min(most, (picos + picos_per_money / 2) / picos_per_money));
}

}  // namespace spillway
