// Past the commit point: the answer's bytes go to the caller as they come, framing and taps look on
// from beside. Nothing is tried again from here on. Called by dispatch; hands over to ending.
#pragma once

#include "proxy/attempt.hpp"
#include "proxy/exchange.hpp"

namespace spillway {

/// Sends what the attempt holds and the rest of its answer. Ends with the exchange finished.
[[nodiscard]] task<void> relay(Exchange& exchange, Attempt& attempt);

}  // namespace spillway
