// `spillway audit verify`: are these files what the gateway wrote? What holds goes to `out`, the
// first thing that is wrong to `err`.
#pragma once

#include "app/terminal.hpp"

#include <string>
#include <vector>

namespace spillway {

struct AuditOrder {
    std::vector<std::string> files;
    std::string last;  ///< hash that the last line must have; empty: any. Shows a cut-off end
};

[[nodiscard]] ExitCode verify_audit_files(const AuditOrder& order, Terminal terminal);

}  // namespace spillway
