// Are these audit files what was written? Reads them line by line in bounded memory, in the order
// of their numbers, and stops at the first line that is missing, altered or out of order.
#pragma once

#include "audit/seal.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace spillway {

struct AuditFinding {
    std::string file;
    std::uint64_t line = 0;  ///< in the file, from 1; 0: the file as a whole
    std::string trouble;     ///< empty: nothing is wrong
};

struct AuditProof {
    AuditFinding finding;
    std::uint64_t first = 0;  ///< number of the first line seen; above 1: older ones are not here
    AuditChain end;           ///< behind the last line that was right
    std::uint64_t requests = 0;
    std::uint64_t dropped = 0;  ///< lines that the stream itself says are missing
};

[[nodiscard]] AuditProof verify_audit(std::vector<std::string> files);

}  // namespace spillway
