// What one attempt tells the breaker: the word that `classify` speaks and `breaker` understands.
#pragma once

#include <cstdint>

namespace spillway {

/// How an attempt started (or, for `hard`, how a committed stream ended). reliability.md §2.2.
enum class Effect : std::uint8_t {
    ok,             ///< committed, or the caller's own 4xx
    local,          ///< no connection: DNS, refused, connect timeout, TLS
    hard,           ///< 5xx, reset after send, head timeout, early error event, truncated stream
    soft,           ///< 408, capacity 429, no first event in time: counts in the rate only
    neutral,        ///< quota 429, caller gone, our own deadline or shutdown
    misconfigured,  ///< 401, 403, DeploymentNotFound: opens at once
};

/// Counts over the rate window, this outcome included.
struct OutcomeCounts {
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
};

}  // namespace spillway
