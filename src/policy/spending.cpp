#include "spillway/policy/spending.hpp"

#include <algorithm>
#include <limits>

namespace spillway {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t months_per_year = 12;
constexpr int first_year = 1970;

}  // namespace

std::string_view name(Period period) noexcept { return period == Period::day ? "day" : "month"; }

std::string_view name(SpendingUnit unit) noexcept {
    return unit == SpendingUnit::tokens ? "tokens" : "money";
}

std::int64_t period_at(Period period, WallTime now) noexcept {
    const sys_days today = floor<days>(now);
    if (period == Period::day) { return today.time_since_epoch().count(); }
    const year_month_day date = today;
    const std::int64_t years = int{date.year()} - first_year;
    return years * months_per_year + unsigned{date.month()} - 1;
}

sys_days start_of(Period period, std::int64_t number) noexcept {
    if (period == Period::day) { return sys_days(days(number)); }
    const std::chrono::months since_first_year(number);
    return std::chrono::year(first_year) / std::chrono::January / 1 + since_first_year;
}

std::string day_text(sys_days day) {
    const year_month_day date = day;
    const auto two_digits = [](unsigned number) {
        return (number < 10 ? "0" : "") + std::to_string(number);
    };
    return std::to_string(int{date.year()}) + "-" + two_digits(unsigned{date.month()}) + "-" +
           two_digits(unsigned{date.day()});
}

void Spending::charge(std::int64_t amount, std::int64_t period) noexcept {
    if (period > period_) {
        used_ = 0;
        period_ = period;
    } else if (period + 1 < period_) {
        period_ = period;
    }
    const std::int64_t room = std::numeric_limits<std::int64_t>::max() - used_;
    used_ += std::clamp<std::int64_t>(amount, 0, room);
}

std::int64_t Spending::used(std::int64_t period) const noexcept {
    return period > period_ ? 0 : used_;
}

bool limits_anything(const PeriodAmounts& limits) noexcept { return limits != PeriodAmounts{}; }

std::optional<UsedUp> used_up(const PeriodAmounts& limits, const PeriodAmounts& used,
                              WallTime now) noexcept {
    for (const Period period : {Period::month, Period::day}) {
        for (const SpendingUnit unit : spending_units) {
            const std::int64_t limit = limits.of(period).of(unit);
            const std::int64_t amount = used.of(period).of(unit);
            if (limit == 0 || amount < limit) { continue; }
            const sys_days renews = start_of(period, period_at(period, now) + 1);
            return UsedUp{period, unit, amount, limit, renews};
        }
    }
    return std::nullopt;
}

}  // namespace spillway
