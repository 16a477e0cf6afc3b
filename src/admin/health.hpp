// The two questions an orchestrator asks. /livez: do the workers' loops still turn (if not: restart
// me)? /readyz: should new requests come here (if not: send them elsewhere)? They must not be
// mixed: a gateway whose upstreams are all down is alive and ready, because restarting it would not
// help.
#pragma once

#include "admin/admin_sources.hpp"
#include "spillway/time.hpp"

#include <string>
#include <vector>

namespace spillway {

/// A worker silent for longer is stuck: a hundred times its tick and far above any legal pause.
inline constexpr Duration silence_max = std::chrono::seconds(5);

struct WorkerPulse {
    bool alive = true;
    Duration silent_for{};
};

/// One per worker. A worker that has not ticked yet counts from the start of the process.
[[nodiscard]] std::vector<WorkerPulse> pulses(const AdminSources& sources, TimePoint now);

struct HealthReport {
    bool healthy = false;
    std::string lines;  ///< one per check, `[+]name ok` or `[-]name why`, as Kubernetes writes them
};

[[nodiscard]] HealthReport liveness(const AdminSources& sources, TimePoint now);
[[nodiscard]] HealthReport readiness(const AdminSources& sources);

[[nodiscard]] std::string_view name(Readiness readiness) noexcept;

}  // namespace spillway
