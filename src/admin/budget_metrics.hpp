// What is allowed and used of callers' budgets, and whether it is kept, as series.
#pragma once

#include "ledger/budgets.hpp"
#include "telemetry/exposition.hpp"

#include <vector>

namespace spillway {

void add_budget_metrics(const std::vector<BudgetStatus>& budgets, const LedgerStatus& ledger,
                        Exposition& exposition);

}  // namespace spillway
