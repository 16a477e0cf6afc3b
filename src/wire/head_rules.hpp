// What of a head crosses the gateway, in both directions: hop-by-hop fields and credentials never,
// an allow-list towards upstreams (Azure answers more than ten custom headers with 431,
// azure-protocol.md §3.6), nearly everything back.
#pragma once

#include "wire/framing.hpp"
#include "wire/head.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

/// Whose headers an upstream understands.
enum class UpstreamFamily : std::uint8_t { azure, openai };

/// A deployment's fixed part of a request head, made when the table is loaded.
struct UpstreamLine {
    std::string_view target{};      ///< path and query, complete
    std::string_view host{};        ///< Host field value
    std::string_view credential{};  ///< complete header line with CRLF, or empty
    std::string_view request_id{};  ///< ours: x-request-id, to Azure also x-ms-client-request-id
    UpstreamFamily family = UpstreamFamily::azure;
};

/// Header lines to Azure that may count as custom, ours and the credential's included. Azure
/// refuses the eleventh; one stays free for what a front door in between may add.
inline constexpr std::size_t azure_custom_fields_max = 9;

/// Appends a POST head with `content_length`. The caller's fields pass by the allow-list in the
/// source, unless Connection names them; what is ours (Host, framing, credential, request id,
/// accept-encoding: identity so that usage can be read) is written here and cannot be struck out.
void append_upstream_head(std::string& out, const RequestHead& caller, const UpstreamLine& line,
                          std::size_t content_length);

/// How the caller gets its body.
struct CallerFraming {
    enum class Kind : std::uint8_t { none, length, chunked, until_close };
    Kind kind = Kind::none;
    std::uint64_t length = 0;
};

struct GatewayFields {
    std::string_view request_id{};
    std::string_view deployment{};  ///< empty: no upstream answered
    std::uint32_t attempts = 0;
    bool close = false;  ///< say Connection: close
};

/// Appends x-request-id, x-spillway-*, the framing and, where needed, `connection: close`.
/// until_close always closes; `none` says so with a length of 0 where the status allows a body.
void append_gateway_fields(std::string& out, int status, const CallerFraming& framing,
                           const GatewayFields& gateway);

/// Appends the head for the caller of an upstream's answer: status and fields passed back except
/// hop-by-hop, framing, what speaks for the upstream's own origin (set-cookie, alt-svc, HSTS ...),
/// x-ratelimit-* (they describe one member, not the pool) and what we set ourselves. The upstream's
/// own x-request-id becomes x-upstream-request-id; waiting hints are clamped to 60 s
/// (azure-protocol.md §3.5).
void append_caller_head(std::string& out, const ResponseHead& upstream,
                        const CallerFraming& framing, const GatewayFields& gateway);

}  // namespace spillway
