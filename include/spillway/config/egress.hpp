// The way out of a network that lets nobody connect directly.
#pragma once

#include "spillway/config/secret.hpp"

#include <cstdint>
#include <string>

namespace spillway {

/// A proxy that is asked to CONNECT; itself reached without TLS.
struct EgressProxy {
    std::string host;
    std::uint16_t port = 0;
    Secret userinfo;  ///< `user:password` of its URL, unescaped; empty: it asks for none
};

}  // namespace spillway
