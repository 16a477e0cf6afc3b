// A new connection to an upstream: addresses from the book, TCP and a proxy's tunnel under the
// connect clock, TLS under its own. Nothing of a request has been sent when any of this fails, so a
// failure here is always safe to replay.
#pragma once

#include "net/resolver.hpp"
#include "net/stream.hpp"
#include "net/tunnel.hpp"
#include "spillway/time.hpp"

#include <memory>
#include <optional>
#include <string>

namespace spillway {

/// Where and how to connect. `tls` empty: plain.
struct DialTarget {
    HostPort address;  ///< what is dialled
    std::string name;  ///< SNI, and the name the certificate must carry
    std::shared_ptr<TlsContext> tls;
    std::optional<Tunnel> tunnel;  ///< set: `address` is an egress proxy's
};

/// Lets a watcher know which stream is in the works, so that it can be cancelled while dialling.
class DialObserver {
public:
    virtual ~DialObserver() = default;
    virtual void dialling(Stream* stream) = 0;  ///< null: it is about to be destroyed
};

/// Tries the host's addresses in order, each with an equal share of `connect`; the handshake gets
/// one and a half times `connect`. Nothing runs past `deadline`.
struct DialClock {
    Duration connect;
    TimePoint deadline;
};
[[nodiscard]] task<Result<std::unique_ptr<Stream>>> dial(const DialTarget& target,
                                                         const AddressBook& book, DialClock clock,
                                                         Poller& poller, DialObserver& observer);

}  // namespace spillway
