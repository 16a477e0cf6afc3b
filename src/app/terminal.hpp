// Where a command talks to: data to `out`, messages to `err`. Passed along so that tests read both.
#pragma once

#include <iosfwd>

namespace spillway {

struct Terminal {
    std::ostream& out;
    std::ostream& err;
};

/// What a command ends with; scripts rely on it.
enum class ExitCode : int {
    fine = 0,
    wrong_input = 1,  ///< or: the gateway is not healthy
    usage = 2,
};

}  // namespace spillway
