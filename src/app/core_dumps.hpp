// Keys and tokens are in memory, and a core dump would put them on a disk.
#pragma once

namespace spillway {

/// Of this process; also keeps others of its user from tracing it. SPILLWAY_ALLOW_CORE_DUMPS, set
/// to anything, leaves everything as it is: for debugging.
void forbid_core_dumps();

}  // namespace spillway
