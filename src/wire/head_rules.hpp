// What of a head crosses the gateway, in both directions: hop-by-hop fields and credentials never, an allow-list towards
// upstreams (Azure answers more than ten custom headers with 431, azure-protocol.md §3.6), nearly everything back.
#pragma once

#include "wire/framing.hpp"
#include "wire/head.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

/// A deployment's fixed part of a request head, made when the table is loaded.
struct UpstreamLine {
    std::string_view target;      ///< path and query, complete
    std::string_view host;        ///< Host field value
    std::string_view credential;  ///< complete header line with CRLF, or empty
    std::string_view request_id;  ///< ours, sent as x-request-id (and x-ms-client-request-id)
};

/// Appends a POST head with `content_length`. Allowed from the caller: accept, content-type, user-agent, openai-beta,
/// openai-organization/-project (kind openai only: see `azure`), x-ms-* preview switches ... (the list is in the source, with reasons).
/// accept-encoding becomes identity so that usage can be read. Fields named by Connection are dropped unless that would strip
/// framing or identity.
enum class UpstreamFamily : std::uint8_t { azure, openai };
void append_upstream_head(std::string& out, const RequestHead& caller, const UpstreamLine& line,
                          UpstreamFamily family, std::size_t content_length);

/// How the caller gets its body.
struct CallerFraming {
    enum class Kind : std::uint8_t { none, length, chunked, until_close };
    Kind kind = Kind::none;
    std::uint64_t length = 0;
};

struct GatewayFields {
    std::string_view request_id;
    std::string_view deployment;  ///< empty: no upstream answered
    std::uint32_t attempts = 0;
    bool close = false;           ///< say Connection: close
};

/// Appends the head for the caller of an upstream's answer: status and fields passed back except hop-by-hop, framing,
/// set-cookie, x-ratelimit-* (they describe one member, not the pool) and what we set ourselves. The upstream's own
/// x-request-id becomes x-upstream-request-id.
void append_caller_head(std::string& out, const ResponseHead& upstream, const CallerFraming& framing,
                        const GatewayFields& gateway);

/// The key a caller sent, in whichever form; empty when none. Views into the head.
[[nodiscard]] std::string_view caller_credential(const RequestHead& head) noexcept;

}  // namespace spillway
