// The field table: every key of a routing table, in one place. The order of the rows is the order
// of loading, so what is referred to comes before what refers to it.
#pragma once

#include "config/row.hpp"
#include "spillway/config.hpp"

#include <vector>

namespace spillway {

/// What the rows are bound to while a table is being loaded.
struct Draft {
    Config config;
    RouteConfig defaults;  ///< `defaults:`; every route starts as a copy
};

/// The top-level rows. `draft` outlives them.
[[nodiscard]] std::vector<Row> fields(Draft& draft);

/// The key every resource kind is written as, in the order of ResourceKind.
[[nodiscard]] const std::vector<std::string>& resource_kinds();
/// The words for CredentialConfig::Kind, in its order.
[[nodiscard]] const std::vector<std::string>& credential_kinds();

}  // namespace spillway
