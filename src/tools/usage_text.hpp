// A usage report for spreadsheets (CSV, RFC 4180), for programs (JSON) and for people.
#pragma once

#include "tools/usage_report.hpp"

#include <string>

namespace spillway {

/// A line of names, then one for each group; sorted, line ends of Unix.
[[nodiscard]] std::string usage_csv(const UsageReport& report);
/// One array with an object for each group, under the same names.
[[nodiscard]] std::string usage_json(const UsageReport& report);
/// The same lines as CSV in aligned columns, and the sum of all. No control characters.
[[nodiscard]] std::string usage_table(const UsageReport& report);

}  // namespace spillway
