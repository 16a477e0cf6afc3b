// The whole routing table as plain structs, defaults in place. config_load.hpp fills them from
// YAML; nothing else knows YAML. Cross references (route -> deployment -> resource -> credential)
// are indices that the loader has already checked, so a `Config` that exists is usable.
#pragma once

#include "spillway/config/caller.hpp"
#include "spillway/config/credential.hpp"
#include "spillway/config/process.hpp"
#include "spillway/config/route.hpp"
#include "spillway/config/upstream.hpp"
#include "spillway/policy/breaker.hpp"
#include "spillway/policy/budget.hpp"
#include "spillway/policy/cooldown.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace spillway {

struct Config {
    std::vector<ListenerConfig> listeners;
    AdminConfig admin;
    std::uint32_t workers = 0;  ///< threads; 0: one per core
    std::vector<CredentialConfig> credentials;
    std::vector<ResourceConfig> resources;
    std::vector<PriceConfig> prices;
    std::string currency = "USD";  ///< of prices and budgets; only a word
    std::vector<DeploymentConfig> deployments;
    std::vector<RouteConfig> routes;
    std::vector<TokenIssuerConfig> token_issuers;
    std::vector<CallerConfig> callers;  ///< empty: nobody is asked who they are
    bool allow_anonymous = false;       ///< callers without credentials are served on any address
    std::string caller_key_header;      ///< where keys are taken from besides the usual fields
    BreakerParams breaker;
    CooldownParams cooldown;
    RetryBudgetParams retry_budget;
    CallerLimits limits;
    DrainConfig drain;
    LogConfig log;
    AuditConfig audit;
    LedgerConfig ledger;
};

}  // namespace spillway
