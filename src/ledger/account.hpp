// What one caller has used up: four amounts that all workers charge, each by compare-and-swap, so
// that a budget holds for the process and nobody waits for anybody.
#pragma once

#include "fleet/shared.hpp"
#include "spillway/policy/spending.hpp"

namespace spillway {

/// Stable address in its ledger; outlives every table. Any thread.
class Account {
public:
    void charge(const Amounts& amounts, WallTime now) noexcept {
        for (const Period period : periods) { charge(period, period_at(period, now), amounts); }
    }
    /// In a period of this number, e.g. what was kept of it.
    void charge(Period period, std::int64_t number, const Amounts& amounts) noexcept {
        for (const SpendingUnit unit : spending_units) {
            spending(period, unit).update([&, amount = amounts.of(unit)](Spending& spending) {
                spending.charge(amount, number);
                return 0;
            });
        }
    }

    [[nodiscard]] PeriodAmounts used(WallTime now) const noexcept {
        return {used(Period::day, period_at(Period::day, now)),
                used(Period::month, period_at(Period::month, now))};
    }
    [[nodiscard]] Amounts used(Period period, std::int64_t number) const noexcept {
        return {spending(period, SpendingUnit::tokens).read().used(number),
                spending(period, SpendingUnit::money).read().used(number)};
    }
    /// The period that was charged last.
    [[nodiscard]] std::int64_t charged(Period period) const noexcept {
        return spending(period, SpendingUnit::tokens).read().period();
    }

private:
    using Row = std::array<Shared<Spending>, spending_units.size()>;

    [[nodiscard]] const Shared<Spending>& spending(Period period,
                                                   SpendingUnit unit) const noexcept {
        return spendings_[static_cast<std::size_t>(period)][static_cast<std::size_t>(unit)];
    }
    [[nodiscard]] Shared<Spending>& spending(Period period, SpendingUnit unit) noexcept {
        return spendings_[static_cast<std::size_t>(period)][static_cast<std::size_t>(unit)];
    }

    std::array<Row, periods.size()> spendings_;
};

}  // namespace spillway
