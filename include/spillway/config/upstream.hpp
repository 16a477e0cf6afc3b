// What requests are sent to: endpoints, the models deployed there, and what those cost.
#pragma once

#include "spillway/config/egress.hpp"
#include "spillway/ids.hpp"
#include "spillway/policy/price.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace spillway {

/// Dialect of an upstream's URLs, credentials and rate-limit headers (azure-protocol.md §1.1).
enum class ResourceKind : std::uint8_t {
    azure,     ///< /openai/deployments/{name}/{operation}?api-version=
    azure_v1,  ///< /openai/v1/{operation}, `model` in the body
    openai,    ///< {endpoint path}/{operation}, `model` in the body, Authorization: Bearer
};

/// An http(s) URL taken apart by the loader. `path` has no trailing slash; empty for none.
struct Endpoint {
    bool tls = true;
    std::string host;
    std::uint16_t port = 443;
    std::string path;
};

enum class TlsVersion : std::uint8_t { tls12, tls13 };

struct UpstreamTls {
    std::string ca_file;      ///< PEM; empty: the system's store
    std::string certificate;  ///< PEM, shown when the upstream asks; empty: none
    std::string key;          ///< PEM, the certificate's private key
    TlsVersion min_version = TlsVersion::tls12;
};

struct ResourceConfig {
    std::string name;
    ResourceKind kind = ResourceKind::azure;
    Endpoint endpoint;
    std::string connect_to;  ///< "host:port" to dial instead; SNI and Host stay the endpoint's
    /// What the table says, else HTTPS_PROXY and NO_PROXY; none: connected to directly.
    std::optional<EgressProxy> proxy;
    std::string region;
    std::string geography;  ///< data residency unit, e.g. "us"; compared with a route's `residency`
    std::string api_version = "2024-10-21";  ///< for callers that send none (kind azure only)
    bool override_api_version = false;       ///< use `api_version` even when the caller sends one
    std::optional<std::size_t> credential;   ///< index into Config::credentials; none: unsigned
    UpstreamTls tls;
};

struct PriceConfig {
    std::string name;
    Price price;
};

/// What to charge a deployment's token window with once the true usage is known.
enum class Settlement : std::uint8_t {
    estimate,  ///< keep the estimate, as Azure does (azure-protocol.md §3.1)
    actual,    ///< give unused tokens back, as most others do
};

struct DeploymentConfig {
    std::string name;
    ResourceId resource{};
    std::string deployment;    ///< name at the resource; defaults to `name`
    Tokens tpm = 0;            ///< tokens per minute; 0: unlimited
    std::int64_t rpm = 0;      ///< requests per minute; 0: unlimited
    std::uint32_t weight = 1;  ///< share inside its tier, 1..1000
    Settlement settlement = Settlement::estimate;
    Tokens default_output = 256;       ///< output tokens assumed when the caller sets no bound
    std::optional<std::size_t> price;  ///< index into Config::prices; none: costs nothing we know
};

}  // namespace spillway
