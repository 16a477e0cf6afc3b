// The usual process_* metrics, which prometheus-cpp does not bring: read from /proc/self at the
// scrape. What the kernel does not tell is left out.
#pragma once

#include "telemetry/exposition.hpp"

namespace spillway {

void add_process_metrics(Exposition& exposition);

}  // namespace spillway
