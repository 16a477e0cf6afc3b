#include "ledger/budgets.hpp"

namespace spillway {

std::vector<BudgetStatus> budgets(const Config& config, Ledger& ledger, WallTime now) {
    std::vector<BudgetStatus> all;
    for (const CallerConfig& caller : config.callers) {
        if (!limits_anything(caller.budget)) { continue; }
        all.push_back({caller.name, caller.budget, ledger.account(caller.name).used(now)});
    }
    return all;
}

}  // namespace spillway
