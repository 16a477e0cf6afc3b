#include "app/admin_wiring.hpp"

#include "admin/explain_action.hpp"
#include "config/settings.hpp"
#include "identity/admin_token.hpp"

#include <chrono>
#include <string_view>
#include <vector>

namespace spillway {

namespace {

std::vector<CallerLabels> labels_of(const Config& config) {
    std::vector<CallerLabels> all;
    for (const CallerConfig& caller : config.callers) {
        all.push_back({caller.name, caller.cost_center, caller.tags});
    }
    return all;
}

}  // namespace

AdminSources admin_sources(const AdminParts& parts, const Config& config) {
    TableInUse& table = parts.table;
    AdminSources sources;
    sources.fleet = [&table](TimePoint now) { return table.fleet()->status(now); };
    sources.readiness = [&readiness = parts.readiness] { return readiness.load(); };
    sources.config = [&table] { return table.status(); };
    sources.settings = [&table] { return settings(table.fleet()->config()); };
    sources.admits = [token = AdminToken(config.admin.token)](std::string_view authorization) {
        return !token.is_wanted() || token.is_shown_by(authorization);
    };
    sources.hosts = config.admin.hosts;
    sources.lost_log_lines = [&log = parts.log] { return log.lost_lines(); };
    sources.audit = [&audit = parts.audit] {
        return AuditStatus{audit.lines(), audit.dropped(), audit.writable()};
    };
    sources.budgets = [&table, &ledger = parts.ledger] {
        return budgets(table.fleet()->config(), ledger, std::chrono::system_clock::now());
    };
    sources.callers = [&table] { return labels_of(table.fleet()->config()); };
    sources.ledger = [&ledger = parts.ledger] { return ledger.status(); };
    sources.token_issuers = [&key_sets = parts.key_sets] { return key_sets.status(); };
    sources.cells = &parts.cells;
    sources.started_at = Clock::now();
    sources.actions = {explain_action([&table] { return table.fleet(); })};
    return sources;
}

}  // namespace spillway
