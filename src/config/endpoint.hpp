// The URL of a resource: scheme, host, port and a path in front of the operations, nothing else.
#pragma once

#include "config/amount.hpp"
#include "spillway/config.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace spillway {

/// `https://name[:port][/path]`; no user, query or fragment, and no host that requests must not go
/// to.
[[nodiscard]] Parsed<Endpoint> parse_endpoint(std::string_view text);

/// The same for any host, and with the path as it stands.
[[nodiscard]] Parsed<Endpoint> parse_any_url(std::string_view text);

/// The endpoint as a URL again, with `path` in place of its own; a default port is left out.
[[nodiscard]] std::string endpoint_url(const Endpoint& endpoint, std::string_view path);

/// Why `endpoint` does not fit `kind`: paths the gateway adds itself have been written down too.
[[nodiscard]] std::optional<Complaint> refuse_path(const Endpoint& endpoint, ResourceKind kind);

}  // namespace spillway
