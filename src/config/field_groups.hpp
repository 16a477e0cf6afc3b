// The parts of the field table, one function per map of fixed keys; fields.cpp puts them together.
#pragma once

#include "config/row.hpp"
#include "spillway/config.hpp"

#include <string>
#include <vector>

namespace spillway {

// fields_process.cpp: this process and its callers
[[nodiscard]] Shape listeners(std::vector<ListenerConfig>& all);
[[nodiscard]] std::vector<Row> admin_rows(AdminConfig& admin);
[[nodiscard]] std::vector<Row> limits_rows(CallerLimits& limits);
[[nodiscard]] std::vector<Row> drain_rows(DrainConfig& drain);
[[nodiscard]] std::vector<Row> log_rows(LogConfig& log);

// fields_audit.cpp: the audit stream, and what it keeps of bodies
[[nodiscard]] std::vector<Row> audit_rows(AuditConfig& audit);
[[nodiscard]] std::vector<Row> audit_bodies_rows(AuditBodies& bodies);

// fields_secret.cpp
/// `{env: NAME}`, `{file: PATH}`, or the secret itself.
[[nodiscard]] Shape secret(SecretSource& secret);
// fields_callers.cpp: who may call, and what they may do
[[nodiscard]] Shape token_issuer(TokenIssuerConfig& issuer);
[[nodiscard]] Shape caller(const Config& config, CallerConfig& caller);
[[nodiscard]] std::vector<Row> identity_rows(Config& config);

// fields_upstream.cpp: what requests are sent to
// fields_credentials.cpp: how requests are signed
[[nodiscard]] Shape credential(CredentialConfig& credential);

// fields_upstream.cpp: what requests are sent to
[[nodiscard]] Shape resource(Config& config, ResourceConfig& resource);
[[nodiscard]] Shape deployment(Config& config, DeploymentConfig& deployment);

// fields_money.cpp: what answers cost, and where spent budgets are kept
[[nodiscard]] std::vector<Row> money_rows(Config& config);
[[nodiscard]] std::vector<Row> ledger_rows(LedgerConfig& ledger);

// fields_policy.cpp: the parameters of the policies
[[nodiscard]] std::vector<Row> timeouts_rows(Timeouts& timeouts);
[[nodiscard]] std::vector<Row> commit_rows(CommitBounds& commit);
[[nodiscard]] std::vector<Row> retries_rows(RetryParams& retries);
[[nodiscard]] std::vector<Row> breaker_rows(BreakerParams& breaker);
[[nodiscard]] std::vector<Row> cooldown_rows(CooldownParams& cooldown);
[[nodiscard]] std::vector<Row> retry_budget_rows(RetryBudgetParams& budget);

}  // namespace spillway
