// A worker's table from a snapshot, in two steps: everything that can fail is made beforehand, on
// the thread that changes the table; what belongs to a worker (connections, TLS sessions) moves
// over on its own thread, so that a reload costs no connection it could have kept.
#pragma once

#include "proxy/worker_context.hpp"
#include "telemetry/cells.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spillway {

/// By ResourceId: all that decides whether a connection made for it may be used again. The
/// authorities it trusts are in it by content.
using Reach = std::vector<std::string>;
[[nodiscard]] Reach reach_of(const Fleet& fleet);

/// By ResourceId of the new table: where the table before has the same resource, reached likewise.
using Kept = std::vector<std::optional<std::size_t>>;
[[nodiscard]] Kept kept_of(const Reach& before, const Reach& after);

/// What one worker's table is made of.
struct TableParts {
    std::shared_ptr<const Fleet> fleet;
    std::shared_ptr<const CallerDirectory> callers;
    std::vector<Account*> accounts;  ///< by Caller::position
    Kept kept;
};

/// Without pools and credentials, and without TLS where that is kept. The error names the resource
/// whose authorities cannot be loaded.
[[nodiscard]] boost::system::result<std::shared_ptr<WorkerTable>, std::string> prepare_table(
    const TableParts& parts, CellRegistry& cells, std::size_t worker);

/// Completes `table` with what `kept` says from the present one, and puts it in its place. On the
/// worker's thread.
void adopt_table(WorkerContext& context, const std::shared_ptr<WorkerTable>& table,
                 const Kept& kept);

}  // namespace spillway
