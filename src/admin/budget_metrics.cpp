#include "admin/budget_metrics.hpp"

namespace spillway {

namespace {

double shown(SpendingUnit unit, std::int64_t amount) {
    return unit == SpendingUnit::money ? units_of(amount) : static_cast<double>(amount);
}

void add_budget(const BudgetStatus& budget, Exposition& exposition) {
    for (const Period period : periods) {
        for (const SpendingUnit unit : spending_units) {
            const std::int64_t limit = budget.limits.of(period).of(unit);
            if (limit == 0) { continue; }
            const std::int64_t used = budget.used.of(period).of(unit);
            const auto add = [&](Metric metric, std::int64_t amount) {
                exposition.add(metric, {budget.caller, name(period), name(unit)},
                               shown(unit, amount));
            };
            add(Metric::caller_budget_limit, limit);
            add(Metric::caller_budget_used, used);
        }
    }
}

}  // namespace

void add_budget_metrics(const std::vector<BudgetStatus>& budgets, const LedgerStatus& ledger,
                        Exposition& exposition) {
    for (const BudgetStatus& budget : budgets) { add_budget(budget, exposition); }
    exposition.add(Metric::ledger_writable, {}, ledger.writable ? 1.0 : 0.0);
    exposition.add(Metric::ledger_write_failures, {}, ledger.failed_writes);
}

}  // namespace spillway
