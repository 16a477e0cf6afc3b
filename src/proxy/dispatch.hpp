// From a routed request to its answer: plans, tries, judges, and goes elsewhere while that is
// allowed. Called by session; hands a passed answer to relay and everything else to ending.
#pragma once

#include "proxy/exchange.hpp"

namespace spillway {

/// Ends with the exchange finished, whatever happened. Waits for upstreams and the caller.
[[nodiscard]] task<void> dispatch(Exchange& exchange);

}  // namespace spillway
