// The whole routing table as plain structs, defaults in place. config_load.hpp fills them from
// YAML; nothing else knows YAML. Cross references (route -> deployment -> resource -> credential)
// are indices that the loader has already checked, so a `Config` that exists is usable.
#pragma once

#include "spillway/ids.hpp"
#include "spillway/policy/breaker.hpp"
#include "spillway/policy/budget.hpp"
#include "spillway/policy/clocks.hpp"
#include "spillway/policy/commit.hpp"
#include "spillway/policy/cooldown.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spillway {

/// A value that must never be printed. No stream operator on purpose; `reveal` is easy to grep for.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
    [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

private:
    std::string value_;
};

struct CredentialConfig {
    enum class Source : std::uint8_t { none, literal, env, file };
    std::string name;
    Source source = Source::none;
    /// Literal: the key itself. Env: read when the table is loaded. File: empty, see `path`.
    Secret key;
    std::string variable;  ///< name of the environment variable, for messages
    std::string path;      ///< re-read when its content changes; one trailing newline is trimmed
};

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

struct UpstreamTls {
    std::string ca_file;  ///< PEM; empty: the system's store
};

struct ResourceConfig {
    std::string name;
    ResourceKind kind = ResourceKind::azure;
    Endpoint endpoint;
    std::string connect_to;  ///< "host:port" to dial instead; SNI and Host stay the endpoint's
    std::string region;
    std::string geography;  ///< data residency unit, e.g. "us"; compared with a route's `residency`
    std::string api_version = "2024-10-21";  ///< for callers that send none (kind azure only)
    bool override_api_version = false;       ///< use `api_version` even when the caller sends one
    std::optional<std::size_t> credential;   ///< index into Config::credentials; none: unsigned
    UpstreamTls tls;
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
    Tokens default_output = 256;  ///< output tokens assumed when the caller sets no bound
};

struct RouteConfig {
    std::string name;
    std::vector<std::string> aliases;
    std::string residency;  ///< empty: any geography
    std::vector<std::vector<DeploymentId>> tiers;
    Timeouts timeouts;
    CommitBounds commit;
    RetryParams retries;
};

struct ListenerTls {
    std::string certificate;
    std::string key;
    std::string client_ca;  ///< set: callers must present a certificate signed by it
};

struct ListenerConfig {
    std::string host;
    std::uint16_t port = 0;
    std::optional<ListenerTls> tls;
};

/// Bounds on what a caller may send, and on how slowly (anchors: reliability.md §1.11).
struct CallerLimits {
    std::size_t head_bytes = 16 * 1024;
    std::size_t head_fields = 100;
    std::size_t body_bytes = std::size_t{32} * 1024 * 1024;
    std::size_t connections = 10'000;  ///< over all workers
    std::chrono::milliseconds head_time{10'000};
    std::chrono::milliseconds body_idle{60'000};
    std::chrono::milliseconds write_stall{60'000};
    std::chrono::milliseconds keep_alive{75'000};
};

struct DrainConfig {
    std::chrono::milliseconds delay{5'000};      ///< keep accepting after /readyz turned 503
    std::chrono::milliseconds timeout{600'000};  ///< then streams are ended honestly
};

enum class LogLevel : std::uint8_t { debug, info, warn, error };

struct LogConfig {
    std::string access = "stdout";  ///< "stdout", "stderr", "off" or a file path
    LogLevel level = LogLevel::info;
};

struct AdminConfig {
    std::string host = "127.0.0.1";
    std::uint16_t port = 9091;
};

struct Config {
    std::vector<ListenerConfig> listeners;
    AdminConfig admin;
    std::uint32_t workers = 0;  ///< threads; 0: one per core
    std::vector<CredentialConfig> credentials;
    std::vector<ResourceConfig> resources;
    std::vector<DeploymentConfig> deployments;
    std::vector<RouteConfig> routes;
    BreakerParams breaker;
    CooldownParams cooldown;
    RetryBudgetParams retry_budget;
    CallerLimits limits;
    DrainConfig drain;
    LogConfig log;
};

}  // namespace spillway
