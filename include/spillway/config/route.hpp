// What callers ask for, and how it is tried.
#pragma once

#include "spillway/ids.hpp"
#include "spillway/policy/budget.hpp"
#include "spillway/policy/clocks.hpp"
#include "spillway/policy/commit.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spillway {

/// What the audit stream keeps of what was said; prompts reach no other log.
struct AuditBodies {
    enum class Which : std::uint8_t { none, request, both };
    Which keep = Which::none;
    std::size_t bytes = std::size_t{16} * 1024;  ///< of each body; the rest is cut off, and said so
};

struct RouteConfig {
    std::string name;
    std::vector<std::string> aliases;
    std::string residency;  ///< empty: any geography
    std::vector<std::vector<DeploymentId>> tiers;
    Timeouts timeouts;
    CommitBounds commit;
    RetryParams retries;
    AuditBodies audit;
};

}  // namespace spillway
