// Does a routing table do what a case expects? Asks `explain` and points at every expectation that
// does not hold.
#pragma once

#include "config/issues.hpp"
#include "fleet/fleet.hpp"
#include "spillway/time.hpp"
#include "tools/routing_cases.hpp"

namespace spillway {

/// A last resort (a try of what is judged broken) counts for no expectation: it is rationed, so
/// nobody can rely on it.
void judge(const RoutingCase& one, const Fleet& fleet, TimePoint now, Issues& issues);

}  // namespace spillway
