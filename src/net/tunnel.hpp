// Through an egress proxy: what is asked of it (HTTP CONNECT, RFC 9110 §9.3.6) and how its answer
// is read. Of that answer only the status line matters, so it has a reader of its own, small and
// bounded. All of this is part of connecting: nothing of a request has been sent yet.
#pragma once

#include "net/resolver.hpp"
#include "net/stream.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway {

/// What a proxy is asked for once it is connected to.
struct Tunnel {
    HostPort to;           ///< where it shall connect
    std::string userinfo;  ///< `user:password` for Proxy-Authorization; empty: none. A secret.
};

[[nodiscard]] std::string connect_request(const Tunnel& tunnel);

/// A proxy's answer so far.
struct TunnelReply {
    enum class State : std::uint8_t {
        need_more,
        open,
        refused,    ///< any status but 2xx
        malformed,  ///< no HTTP, too long, or the peer behind it speaks first: TLS and HTTP never
                    ///< do
    };
    State state = State::need_more;
    int status = 0;  ///< of open and refused

    static constexpr std::size_t bytes_max = std::size_t{8} * 1024;
};
[[nodiscard]] TunnelReply read_tunnel_reply(std::string_view bytes) noexcept;

/// On a stream that is connected to the proxy, under the deadline it has.
[[nodiscard]] task<Result<void>> open_tunnel(Stream& stream, const Tunnel& tunnel);

}  // namespace spillway
