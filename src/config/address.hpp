// Hosts and ports: where to listen and where to connect, taken apart strictly. Refuses addresses
// under which clouds hand out credentials, so that a table cannot turn the gateway on them.
#pragma once

#include "config/amount.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// Host and optional port as in a URL. The host is lower case, IPv6 stands without brackets.
struct Authority {
    std::string host;
    std::optional<std::uint16_t> port;
};

struct ListenAddress {
    std::string host;
    std::uint16_t port = 0;
};

/// Nothing when brackets or port are malformed; the host itself is not judged.
[[nodiscard]] std::optional<Authority> split_authority(std::string_view text);

/// Why requests cannot be sent to `host` (lower case): no host name, or a cloud's metadata service.
[[nodiscard]] std::optional<Complaint> refuse_upstream_host(const std::string& host);

/// `0.0.0.0:8080`, `[::1]:8080`, `localhost:8080` (= 127.0.0.1). Port 0 lets the system choose.
[[nodiscard]] Parsed<ListenAddress> parse_listen_address(std::string_view text);

/// `host:port` of something to dial, as it stands but in lower case.
[[nodiscard]] Parsed<std::string> parse_dial_address(std::string_view text);

/// The host of what parse_dial_address accepted.
[[nodiscard]] std::string host_of(std::string_view dial_address);

/// The 4 or 16 bytes of an address, IPv4 inside IPv6 as IPv4; empty for a name.
[[nodiscard]] std::vector<std::uint8_t> address_bytes(const std::string& host);

/// True for 127.0.0.0/8, ::1 and localhost.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace spillway
