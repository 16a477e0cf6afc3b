// Names to addresses for somebody who waits, but only so long: getaddrinfo cannot be cancelled, and
// with a dead DNS it takes half a minute. Not for requests, which have the resolver's book.
#pragma once

#include "net/resolver.hpp"
#include "spillway/result.hpp"
#include "spillway/time.hpp"

#include <map>
#include <vector>

namespace spillway {

/// What became of each name; its error code is getaddrinfo's.
using LookedUp = std::map<HostPort, Result<std::vector<asio::ip::tcp::endpoint>>>;

/// All at once, each on a thread of its own; who has not answered after `patience` is left behind
/// with Cause::timeout.
[[nodiscard]] LookedUp look_up(const std::vector<HostPort>& hosts, Duration patience);

}  // namespace spillway
