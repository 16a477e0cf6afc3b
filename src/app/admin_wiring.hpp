// What the admin pages ask, answered by the parts of a running gateway.
#pragma once

#include "admin/admin_sources.hpp"
#include "app/table_in_use.hpp"
#include "audit/audit_writer.hpp"
#include "identity/key_set_keeper.hpp"
#include "ledger/ledger.hpp"
#include "spillway/config.hpp"
#include "telemetry/cells.hpp"
#include "telemetry/log_writer.hpp"

#include <atomic>

namespace spillway {

/// All outlive the admin server.
struct AdminParts {
    TableInUse& table;
    const std::atomic<Readiness>& readiness;
    const LogWriter& log;
    const AuditWriter& audit;
    Ledger& ledger;
    const KeySetKeeper& key_sets;
    const CellRegistry& cells;
};

/// All but the listeners and the actions that change something. `config`: of the start.
[[nodiscard]] AdminSources admin_sources(const AdminParts& parts, const Config& config);

}  // namespace spillway
