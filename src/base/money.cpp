#include "spillway/money.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace spillway {

Money money_of(double units) noexcept {
    // Amounts of a table are bounded far below; this is what keeps llround defined.
    constexpr double most = 9e9;
    if (!(std::abs(units) <= most)) {
        return units > 0 ? std::numeric_limits<Money>::max() : std::numeric_limits<Money>::min();
    }
    return std::llround(units * static_cast<double>(money_unit));
}

double units_of(Money money) noexcept {
    return static_cast<double>(money) / static_cast<double>(money_unit);
}

std::string money_text(Money money) {
    std::array<char, 24> digits{};  // 19, a sign
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), money).ptr;
    std::string text(digits.data(), end);
    const std::size_t sign = money < 0 ? 1 : 0;
    constexpr std::size_t decimals = 9;
    if (text.size() <= sign + decimals) {
        text.insert(sign, sign + decimals + 1 - text.size(), '0');
    }
    text.insert(text.size() - decimals, ".");
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') { text.pop_back(); }
    return text;
}

}  // namespace spillway
