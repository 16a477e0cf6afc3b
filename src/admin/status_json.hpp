// GET /status.json: everything an operator wants to know at this moment, for people and programs
// alike. The document is a contract with a version of its own: docs/status.md.
#pragma once

#include "admin/admin_sources.hpp"
#include "spillway/time.hpp"

#include <string>

namespace spillway {

/// Raised when a key changes its meaning or goes away; new keys may appear without.
inline constexpr int status_schema_version = 1;

[[nodiscard]] std::string status_json(const AdminSources& sources, TimePoint now);

}  // namespace spillway
