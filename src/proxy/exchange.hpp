// One caller request, from its first byte to its settled outcome: what is known about it and what
// it has become. session fills it, dispatch and relay work on it, ending closes it.
#pragma once

#include "identity/caller.hpp"
#include "net/hangup_watch.hpp"
#include "net/stream.hpp"
#include "proxy/answer_taps.hpp"
#include "proxy/worker_context.hpp"
#include "spillway/money.hpp"
#include "spillway/policy/clocks.hpp"
#include "telemetry/access_log.hpp"
#include "wire/api_path.hpp"
#include "wire/head.hpp"
#include "wire/head_rules.hpp"
#include "wire/inspect.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

/// What a request has used.
struct Charge {
    Usage usage;
    bool estimated = false;     ///< the upstream did not say
    std::optional<Money> cost;  ///< none: its deployment has no price
};

/// Lives in the session's frame while the request is served. Views refer to the session's input
/// buffer.
struct Exchange {
    Exchange(WorkerContext& worker_context, Stream& caller_stream, HangupWatch& hangup_watch)
        : worker(worker_context),
          table(worker_context.table),
          caller(caller_stream),
          hangup(hangup_watch) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    WorkerContext& worker;
    std::shared_ptr<WorkerTable> table;
    Stream& caller;
    HangupWatch& hangup;

    RequestHead head;
    ApiPath path;
    std::string_view body;
    Inspection inspection;
    Identity identity;  ///< who sent it
    const FleetRoute* route = nullptr;

    TimePoint started{};    ///< the head was complete
    TimePoint body_read{};  ///< the whole request was here
    std::string request_id;
    std::optional<SharePermit> share;  ///< of the caller's limits; none: it has none
    std::uint32_t attempts = 0;
    bool keep_alive = true;  ///< another request may follow on this connection

    CallerFraming::Kind caller_framing = CallerFraming::Kind::none;
    bool broken_off = false;  ///< the connection must end without anything that looks like an end
    Duration overhead_request{};   ///< own time until the request was sent upstream
    Duration overhead_response{};  ///< own time from the answer to its first bytes out

    bool audited = false;              ///< admitted by the audit stream: its line is owed
    bool residency_held = true;        ///< no attempt left the route's geography
    std::unique_ptr<AuditTaps> audit;  ///< of the attempt that has become the ending

    std::optional<Charge> charge;  ///< none: nothing was generated

    AccessRecord record;
    std::string skipped;              ///< text behind record.skipped
    std::string upstream_request_id;  ///< text behind record.upstream_request_id
    std::string detail;               ///< text behind record.detail
    bool finished = false;

    [[nodiscard]] const CallerLimits& limits() const noexcept {
        return table->fleet->config().limits;
    }
    [[nodiscard]] RouteCells& route_cells() const noexcept {
        return route == nullptr ? worker.unrouted : *table->route_cells[index(route->id)];
    }
    [[nodiscard]] DeploymentCells& cells_of(const FleetDeployment& deployment) const noexcept {
        return *table->deployment_cells[index(deployment.id)];
    }
    /// Only once the caller is known.
    [[nodiscard]] CallerCells& caller_cells() const noexcept {
        return *table->caller_cells[identity.caller->position()];
    }
    /// The same.
    [[nodiscard]] Account& account() const noexcept {
        return *table->accounts[identity.caller->position()];
    }
    /// What our own fields in the answer's head say.
    [[nodiscard]] GatewayFields gateway_fields(std::string_view deployment) const noexcept {
        return {request_id, deployment, attempts, !keep_alive || worker.draining};
    }
};

/// Writes to the caller what its socket takes now. Returns the rest, usually nothing: a copy,
/// because the pieces may stand in memory that the worker's other requests use meanwhile.
[[nodiscard]] Result<std::string> send_now(Exchange& exchange, Chain& chain);
/// Writes the rest as the caller's window opens. Fails when nothing moves for the write stall
/// limit.
[[nodiscard]] task<Result<void>> send_rest(Exchange& exchange, std::string rest);
/// Both, for what is not written often.
[[nodiscard]] task<Result<void>> send_to_caller(Exchange& exchange, Chain& chain);

}  // namespace spillway
