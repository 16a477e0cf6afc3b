// What one event of a stream means for the request it answers: the word that the dialects
// (src/wire) and the commit gate (policy) share.
#pragma once

#include <cstdint>

namespace spillway {

enum class EventKind : std::uint8_t {
    silence,     ///< comment or keep-alive: proves a living connection, nothing else
    preamble,    ///< real, but no output of the model yet (prompt filter, role, response.created)
    committing,  ///< output of the model, or its finish
    error,       ///< the upstream reports an error inside a 200 stream
    terminal,    ///< the dialect's own end marker
};

}  // namespace spillway
