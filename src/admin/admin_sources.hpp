// Where the admin pages get what they show: questions the gateway answers. Separate so that the
// pages depend on nobody above them, and a test can answer instead.
#pragma once

#include "admin/admin_call.hpp"
#include "config/settings.hpp"
#include "fleet/status.hpp"
#include "identity/key_set_keeper.hpp"
#include "ledger/budgets.hpp"
#include "spillway/time.hpp"
#include "telemetry/cells.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace spillway {

/// What /readyz says. Only `ready` is a 200.
enum class Readiness : std::uint8_t {
    starting,  ///< not every listener is open yet
    ready,
    draining,  ///< told to end: takes what comes, but wants no more
};

/// Where callers reach us.
struct ListenerStatus {
    std::string address;  ///< as bound, "127.0.0.1:8080"
    bool tls = false;
};

/// The table in use, and how the attempts to change it went.
struct ConfigStatus {
    std::string hash;
    WallTime loaded_at{};        ///< when it took effect
    std::uint64_t reloads = 0;   ///< attempts that put a table in force
    std::uint64_t failures = 0;  ///< attempts that changed nothing
    std::string error;           ///< of the last attempt; empty: it went well, or there was none
    TimePoint failed_at{};       ///< of the last failure
};

/// The audit stream; as it is here when there is none.
struct AuditStatus {
    std::uint64_t lines = 0;
    std::uint64_t dropped = 0;
    bool writable = true;
};

/// By what a caller's requests are charged to somebody.
struct CallerLabels {
    std::string caller;
    std::string cost_center;
    std::map<std::string, std::string> tags;
};

/// All are called on the admin thread, while the workers run. None may be empty.
struct AdminSources {
    std::function<FleetStatus(TimePoint now)> fleet;
    std::function<Readiness()> readiness;
    std::function<ConfigStatus()> config;
    std::function<std::map<SettingsOf, Settings>()> settings;  ///< of the table in use
    /// By the value of its Authorization field, may this caller see more than /livez and /readyz?
    std::function<bool(std::string_view authorization)> admits;
    std::vector<std::string> hosts;                 ///< AdminConfig::hosts
    std::function<std::uint64_t()> lost_log_lines;  ///< LogWriter::lost_lines
    std::function<AuditStatus()> audit;
    std::function<std::vector<BudgetStatus>()> budgets;  ///< of the table in use
    std::function<LedgerStatus()> ledger;
    std::function<std::vector<CallerLabels>()> callers;  ///< of the table in use
    std::function<std::vector<IssuerStatus>()> token_issuers;
    const CellRegistry* cells = nullptr;  ///< outlives the admin server
    TimePoint started_at{};
    std::vector<ListenerStatus> listeners;
    std::vector<AdminAction> actions;  ///< what POST can do
};

}  // namespace spillway
