// Every budget of a table beside what is used of it: for /status.json and metrics.
#pragma once

#include "ledger/ledger.hpp"
#include "spillway/config.hpp"
#include "spillway/policy/spending.hpp"
#include "spillway/time.hpp"

#include <string>
#include <vector>

namespace spillway {

struct BudgetStatus {
    std::string caller;
    PeriodAmounts limits;  ///< 0: unlimited
    PeriodAmounts used;    ///< in the periods that run at `now`
};

/// Of the callers that have one, in the table's order. Any thread.
[[nodiscard]] std::vector<BudgetStatus> budgets(const Config& config, Ledger& ledger, WallTime now);

}  // namespace spillway
