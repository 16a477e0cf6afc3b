#include "app/core_dumps.hpp"

#include "telemetry/event_log.hpp"

#include <sys/prctl.h>

#include <cstdlib>

namespace spillway {

void forbid_core_dumps() {
    if (std::getenv("SPILLWAY_ALLOW_CORE_DUMPS") != nullptr) {
        log_event(Severity::warn, "core_dumps_allowed",
                  {{"consequence", "a core dump holds keys and tokens"}});
        return;
    }
    prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace spillway
