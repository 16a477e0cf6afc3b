// Money is counted, never measured: whole billionths of the routing table's currency, so that sums
// come out the same in whatever order and place they are made. docs/decisions/0014 says why.
#pragma once

#include <cstdint>
#include <string>

namespace spillway {

/// In billionths of the currency; signed, because differences are. Room for nine thousand million.
using Money = std::int64_t;
inline constexpr Money money_unit = 1'000'000'000;

/// The nearest billionth.
[[nodiscard]] Money money_of(double units) noexcept;
/// For gauges and ratios, which nobody adds up.
[[nodiscard]] double units_of(Money money) noexcept;
/// All of it and no more: "12", "0.0125", "-0.5"; readable as a JSON number.
[[nodiscard]] std::string money_text(Money money);

}  // namespace spillway
