// Everything a request may use that belongs to its worker: one thread, one io_context, no locks.
// The worker (app) owns it, the proxy only uses it. What comes from other threads (a new table,
// addresses, keys) is posted here as a whole.
#pragma once

#include "audit/audit_log.hpp"
#include "fleet/credential.hpp"
#include "fleet/fleet.hpp"
#include "identity/caller_directory.hpp"
#include "identity/identifier.hpp"
#include "ledger/account.hpp"
#include "net/byte_buffer.hpp"
#include "net/connection_pool.hpp"
#include "net/poller.hpp"
#include "net/resolver.hpp"
#include "net/timer_wheel.hpp"
#include "proxy/open_sessions.hpp"
#include "proxy/request_id.hpp"
#include "spillway/random.hpp"
#include "telemetry/access_log.hpp"
#include "telemetry/cells.hpp"
#include "wire/inspect.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <memory_resource>
#include <vector>

namespace spillway {

/// A snapshot of the routing table with this worker's handles into it. A request keeps the one it
/// started with.
struct WorkerTable {
    std::shared_ptr<const Fleet> fleet;
    std::shared_ptr<const CallerDirectory> callers;
    std::vector<RouteCells*> route_cells;                ///< by RouteId
    std::vector<CallerCells*> caller_cells;              ///< by Caller::position
    std::vector<Account*> accounts;                      ///< by Caller::position
    std::vector<DeploymentCells*> deployment_cells;      ///< by DeploymentId
    std::shared_ptr<const CredentialLines> credentials;  ///< by ResourceId; replaced with the keys
    std::vector<std::shared_ptr<TlsContext>> tls;        ///< by ResourceId; null: plain
    /// By ResourceId. Shared with the tables before and after whose resource is reached likewise.
    std::vector<std::shared_ptr<ConnectionPool>> pools;
};

struct WorkerContext {
    /// Above the size of an Attempt with its head.
    static constexpr std::size_t pooled_bytes_max = std::size_t{16} * 1024;
    /// Response heads and what is held behind them; a TLS record fits beside the largest head.
    static constexpr std::size_t buffer_bytes = std::size_t{32} * 1024;
    /// One read of a relayed stream.
    static constexpr std::size_t scratch_bytes = std::size_t{64} * 1024;

    struct Parts {
        std::function<void(Duration)> on_tick;
        WorkerCells& cells;
        RouteCells& unrouted;  ///< for requests whose route is not known
        LogWriter& log_writer;
        AuditWriter& audit_writer;
        Shared<RetryBudget>& retries;
        std::size_t number;  ///< of this worker
        std::uint64_t seed;
    };
    explicit WorkerContext(const Parts& parts)
        : wheel(io, parts.on_tick),
          poller(io, wheel),
          cells(parts.cells),
          unrouted(parts.unrouted),
          retries(parts.retries),
          log(parts.log_writer, parts.number),
          audit(parts.audit_writer, parts.number),
          rng(parts.seed),
          request_ids(parts.seed) {}

    asio::io_context io{1};
    TimerWheel wheel;
    Poller poller;
    std::shared_ptr<WorkerTable> table;
    std::shared_ptr<const AddressBook> addresses = std::make_shared<AddressBook>();

    WorkerCells& cells;
    RouteCells& unrouted;
    Shared<RetryBudget>& retries;  ///< the process's, not the worker's
    AccessLog log;
    AuditLog audit;

    Rng rng;
    RequestIds request_ids;
    Inspector inspector;
    Identifier identifier;
    BufferPool buffers{buffer_bytes};
    /// For what is made for each request and is too large for malloc's fast path.
    std::pmr::unsynchronized_pool_resource memory{{0, pooled_bytes_max}};
    /// Valid between two awaits only: whoever reads into it has forwarded or copied it before
    /// waiting again.
    std::array<char, scratch_bytes> scratch;
    std::string head_scratch;  ///< heads being written; same rule

    OpenSessions sessions;
    bool draining = false;  ///< no request after the current one on any connection
};

}  // namespace spillway
