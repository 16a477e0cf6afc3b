// Where the ledger of spent budgets is kept.
#pragma once

#include "ledger/ledger.hpp"
#include "spillway/config.hpp"

namespace spillway {

/// Opens the ledger's file when a caller of the table has a budget, unless that has been done.
/// Serving without the sums would be serving without the budgets, so an error refuses the table.
[[nodiscard]] Store::Text keep_budgets(Ledger& ledger, const Config& config);

}  // namespace spillway
