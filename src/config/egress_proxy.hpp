// Which proxy stands between us and a host: what the table says, else the environment by the rules
// that other programs follow.
#pragma once

#include "config/amount.hpp"
#include "spillway/config.hpp"
#include "spillway/config_load.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace spillway {

/// `http://[user:password@]host[:port]`; without a scheme it is the same, without a port it is 80.
/// No complaint quotes the text: it may hold a password.
[[nodiscard]] Parsed<EgressProxy> parse_egress_proxy(std::string_view text);

/// True when NO_PROXY's list takes `host` out: `*`, a domain (with or without a leading dot, its
/// subdomains included), an address, a network in CIDR form; each may name a port.
[[nodiscard]] bool is_exempt(std::string_view list, const std::string& host, std::uint16_t port);

/// The proxy for an endpoint, or none. `https_proxy`, `no_proxy` and their upper-case forms; for
/// plain HTTP only `http_proxy`, because CGI turns a header into HTTP_PROXY. Loopback is always
/// reached directly. The complaint names the variable.
[[nodiscard]] Parsed<std::optional<EgressProxy>> proxy_from(const Environment& environment,
                                                            const Endpoint& to);

}  // namespace spillway
