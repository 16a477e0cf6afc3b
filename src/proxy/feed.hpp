// What a request tells the operators' feed in passing: one call each from dispatch and ending. It
// costs a copy of three names, and only when something went wrong.
#pragma once

#include "proxy/attempt.hpp"
#include "proxy/exchange.hpp"
#include "spillway/policy/classify.hpp"

#include <string_view>

namespace spillway {

/// The request has left `last` for `next`, because of `reason`.
void feed_failover(Exchange& exchange, const Attempt& last, Reason reason,
                   const FleetDeployment& next);

/// Nobody was left for the request; `last` is null when nothing was tried. `code` is what the
/// caller was told, static storage.
void feed_gave_up(Exchange& exchange, const Attempt* last, std::string_view code, TimePoint now);

/// What the attempt's report has changed, if anything.
void feed_transitions(Exchange& exchange, const Attempt& attempt, const Transitions& changes,
                      TimePoint now);

}  // namespace spillway
