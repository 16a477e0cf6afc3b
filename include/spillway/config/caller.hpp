// Who may call, how they prove who they are, and what they may do. An entry is one application or
// a group: whoever proves to be it shares its limits.
#pragma once

#include "spillway/config/egress.hpp"
#include "spillway/ids.hpp"
#include "spillway/operation.hpp"
#include "spillway/policy/spending.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spillway {

/// What the table holds of a key: `spillway keys new` prints both. The id stands in the key too,
/// so that one hash is computed per request however many keys there are.
struct KeyHash {
    std::string id;
    std::array<std::uint8_t, 16> salt{};
    std::array<std::uint8_t, 32> digest{};  ///< SHA-256 of salt and key
};

/// Whose tokens are believed (azure-protocol.md §2.6).
struct TokenIssuerConfig {
    std::string name;
    std::string tenant;  ///< Entra: a GUID; issuer and keys follow from it
    std::string authority = "https://login.microsoftonline.com";
    std::vector<std::string> audiences;  ///< ours, never a first-party one
    std::string issuer;                  ///< not Entra: the exact `iss`
    std::string jwks_uri;                ///< not Entra: where its keys are
    std::string ca_file;                 ///< PEM; empty: the system's store
    std::optional<EgressProxy> proxy;    ///< by HTTPS_PROXY and NO_PROXY; none: direct
    std::chrono::milliseconds leeway{60'000};
};

/// A token is the caller's when its issuer is this one and every list that is not empty has one of
/// its values.
struct TokenMatch {
    std::size_t issuer = 0;             ///< index into Config::token_issuers
    std::vector<std::string> apps;      ///< `azp` or `appid`
    std::vector<std::string> subjects;  ///< `oid` or `sub`
    std::vector<std::string> roles;
    std::vector<std::string> groups;
};

/// Each of them is in every log line of the caller.
inline constexpr std::size_t caller_tags_max = 16;
/// Names and values of all of a caller's tags.
inline constexpr std::size_t caller_tags_bytes_max = 512;

enum class Priority : std::uint8_t { low, normal };

struct CallerConfig {
    std::string name;

    std::vector<KeyHash> keys;
    std::vector<TokenMatch> tokens;
    std::vector<std::string> certificates;  ///< subjects, RFC 4514 text

    std::vector<RouteId> routes;        ///< empty: all
    std::vector<Operation> operations;  ///< empty: all

    Tokens tpm = 0;             ///< tokens per minute; 0: unlimited
    std::int64_t rpm = 0;       ///< requests per minute; 0: unlimited
    std::uint32_t streams = 0;  ///< at the same time; 0: unlimited
    Tokens output_max = 0;      ///< largest output bound a request may ask for; 0: any
    PeriodAmounts budget;       ///< for calendar days and months (UTC), 0: unlimited
    Priority priority = Priority::normal;

    std::string cost_center;
    std::map<std::string, std::string> tags;
};

}  // namespace spillway
