// What a caller may use up in a calendar day and month (UTC), and what it has. Admission compares
// what is used with the limit and takes nothing: what an answer costs is known at its end only. So
// a budget is overdrawn by at most the requests that were in flight when it was reached, each by at
// most its own cost.
#pragma once

#include "spillway/ids.hpp"
#include "spillway/money.hpp"
#include "spillway/time.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

enum class Period : std::uint8_t { day, month };
inline constexpr std::array periods{Period::day, Period::month};
[[nodiscard]] std::string_view name(Period period) noexcept;

/// A period by its number: days since 1970-01-01, months since January 1970.
[[nodiscard]] std::int64_t period_at(Period period, WallTime now) noexcept;
/// Its first day.
[[nodiscard]] std::chrono::sys_days start_of(Period period, std::int64_t number) noexcept;

/// Such as 2026-11-26.
[[nodiscard]] std::string day_text(std::chrono::sys_days day);

/// One amount that is used up in one period and renewed by the next. A value of 16 bytes, shared
/// like Breaker.
///
/// The wall clock may step. Forward is the next period. Back into the one before is a clock put
/// right around midnight: the later period goes on, so that nothing is given twice. Back by more
/// says that the clock had been wrong: what is used stays used, in the period that it really is.
class Spending {
public:
    void charge(std::int64_t amount, std::int64_t period) noexcept;
    [[nodiscard]] std::int64_t used(std::int64_t period) const noexcept;
    /// Of the latest charge.
    [[nodiscard]] std::int64_t period() const noexcept { return period_; }

    friend bool operator==(const Spending&, const Spending&) = default;

private:
    std::int64_t period_ = 0;
    std::int64_t used_ = 0;
};
static_assert(sizeof(Spending) == 16);

enum class SpendingUnit : std::uint8_t { tokens, money };
inline constexpr std::array spending_units{SpendingUnit::tokens, SpendingUnit::money};
[[nodiscard]] std::string_view name(SpendingUnit unit) noexcept;

/// Used, or allowed.
struct Amounts {
    Tokens tokens = 0;
    Money money = 0;

    [[nodiscard]] std::int64_t of(SpendingUnit unit) const noexcept {
        return unit == SpendingUnit::tokens ? tokens : money;
    }
    friend bool operator==(const Amounts&, const Amounts&) = default;
};

/// One of each for a day and a month. As limits, 0 is unlimited.
struct PeriodAmounts {
    Amounts day;
    Amounts month;

    [[nodiscard]] const Amounts& of(Period period) const noexcept {
        return period == Period::day ? day : month;
    }
    friend bool operator==(const PeriodAmounts&, const PeriodAmounts&) = default;
};

[[nodiscard]] bool limits_anything(const PeriodAmounts& limits) noexcept;

/// A budget that is used up.
struct UsedUp {
    Period period;
    SpendingUnit unit;
    std::int64_t used;
    std::int64_t limit;
    std::chrono::sys_days renews;  ///< begins at its midnight, UTC
};

/// The one that is renewed last, since a request can be admitted only then; none: admitted.
[[nodiscard]] std::optional<UsedUp> used_up(const PeriodAmounts& limits, const PeriodAmounts& used,
                                            WallTime now) noexcept;

}  // namespace spillway
