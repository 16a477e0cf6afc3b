#include "admin/health.hpp"

#include <algorithm>

namespace spillway {

namespace {

void add_check(HealthReport& report, const std::string& check, const std::string& trouble) {
    report.lines += trouble.empty() ? "[+]" + check + " ok\n"
                                    : "[-]" + check + " " + trouble + "\n";
    report.healthy = report.healthy && trouble.empty();
}

std::string milliseconds(Duration duration) {
    using std::chrono::milliseconds;
    return std::to_string(std::chrono::duration_cast<milliseconds>(duration).count()) + " ms";
}

}  // namespace

std::vector<WorkerPulse> pulses(const AdminSources& sources, TimePoint now) {
    std::vector<WorkerPulse> result;
    for (const auto& worker : sources.cells->all_workers()) {
        const TimePoint last = std::max(worker->heartbeat.last(), sources.started_at);
        const Duration silent_for = std::max(now - last, Duration::zero());
        result.push_back({silent_for <= silence_max, silent_for});
    }
    return result;
}

HealthReport liveness(const AdminSources& sources, TimePoint now) {
    HealthReport report{true, {}};
    const std::vector<WorkerPulse> workers = pulses(sources, now);
    for (std::size_t i = 0; i < workers.size(); ++i) {
        const std::string trouble = workers[i].alive ? ""
                                                     : "has been silent for " +
                                                           milliseconds(workers[i].silent_for);
        add_check(report, "worker " + std::to_string(i), trouble);
    }
    return report;
}

HealthReport readiness(const AdminSources& sources) {
    HealthReport report{true, {}};
    const Readiness now = sources.readiness();
    add_check(report, "listeners", now == Readiness::starting ? "are not open yet" : "");
    add_check(report, "accepting", now == Readiness::draining ? "no: draining" : "");
    return report;
}

std::string_view name(Readiness readiness) noexcept {
    switch (readiness) {
        case Readiness::starting: return "starting";
        case Readiness::ready: return "ready";
        case Readiness::draining: break;
    }
    return "draining";
}

}  // namespace spillway
