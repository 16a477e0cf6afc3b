#include "app/cpu_quota.hpp"

#include "app/config_file.hpp"
#include "telemetry/event_log.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <thread>

namespace spillway {

namespace {

constexpr std::string_view version_2 = "0::";

// The path of the process in the one hierarchy of version 2 (cgroups(7)).
std::optional<std::string> own_path(std::string_view cgroup) {
    std::istringstream lines{std::string(cgroup)};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(version_2)) { return line.substr(version_2.size()); }
    }
    return std::nullopt;
}

}  // namespace

std::optional<double> cores_of(std::string_view cpu_max) {
    std::istringstream text{std::string(cpu_max)};
    double quota = 0;
    double period = 0;
    if (!(text >> quota >> period) || quota <= 0 || period <= 0) { return std::nullopt; }
    return quota / period;
}

std::optional<double> cpu_quota(std::string_view cgroup, const std::filesystem::path& mount) {
    const std::optional<std::string> path = own_path(cgroup);
    if (!path) { return std::nullopt; }
    std::optional<double> tightest;
    std::filesystem::path group = mount;
    for (const auto& part : std::filesystem::path(*path)) {
        group /= part.relative_path();
        const std::optional<std::string> text = read_text(group / "cpu.max");
        const std::optional<double> cores = text ? cores_of(*text) : std::nullopt;
        if (cores) { tightest = std::min(*cores, tightest.value_or(*cores)); }
    }
    return tightest;
}

std::size_t worker_count(std::size_t workers) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const std::string cgroup = read_text("/proc/self/cgroup").value_or("");
    const std::optional<double> quota = cpu_quota(cgroup, "/sys/fs/cgroup");
    const auto fed = quota ? static_cast<std::size_t>(std::ceil(*quota)) : cores;
    if (workers == 0) { return std::min(cores, fed); }
    if (workers > std::min(cores, fed)) {
        log_event(Severity::warn, "more_workers_than_cores",
                  {{"workers", std::to_string(workers)},
                   {"cores", std::to_string(std::min(cores, fed))},
                   {"advice", "leave `workers` out, or raise the CPU limit"}});
    }
    return workers;
}

}  // namespace spillway
