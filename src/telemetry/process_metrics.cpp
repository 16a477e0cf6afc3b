#include "telemetry/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

namespace spillway {

namespace {

/// Fields 4 to 24 of /proc/self/stat; empty when the line is shorter. Field 2, the program's name,
/// may hold anything, so it is skipped by its last parenthesis.
class ProcessStat {
public:
    ProcessStat() {
        std::ifstream file("/proc/self/stat");
        std::string line;
        std::getline(file, line);
        std::istringstream words(line.substr(line.rfind(')') + 1));
        std::string state;
        words >> state;
        for (double& value : fields_) { words >> value; }
        complete_ = !words.fail();
    }

    [[nodiscard]] bool complete() const noexcept { return complete_; }
    /// `number` as in proc(5), 4 to 24.
    [[nodiscard]] double field(std::size_t number) const { return fields_[number - 4]; }

private:
    std::array<double, 21> fields_{};
    bool complete_ = false;
};

/// Seconds since the epoch at which the machine was booted: the line `btime` of /proc/stat.
std::optional<double> boot_time() {
    std::ifstream file("/proc/stat");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("btime ")) { return std::stod(line.substr(6)); }
    }
    return std::nullopt;
}

void add_stat(const ProcessStat& stat, Exposition& exposition) {
    const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
    const auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
    exposition.add(Metric::process_cpu, {}, (stat.field(14) + stat.field(15)) / ticks_per_second);
    exposition.add(Metric::process_threads, {}, stat.field(20));
    exposition.add(Metric::process_virtual_memory, {}, stat.field(23));
    exposition.add(Metric::process_resident_memory, {}, stat.field(24) * page_bytes);
    if (const auto booted = boot_time()) {
        exposition.add(Metric::process_start_time, {}, *booted + stat.field(22) / ticks_per_second);
    }
}

void add_descriptors(Exposition& exposition) {
    std::error_code ec;
    const std::filesystem::directory_iterator open("/proc/self/fd", ec);
    if (!ec) {
        exposition.add(Metric::process_open_fds, {},
                       static_cast<std::uint64_t>(std::distance(begin(open), end(open))));
    }
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        exposition.add(Metric::process_max_fds, {}, std::uint64_t{limit.rlim_cur});
    }
}

}  // namespace

void add_process_metrics(Exposition& exposition) {
    const ProcessStat stat;
    if (stat.complete()) { add_stat(stat, exposition); }
    add_descriptors(exposition);
}

}  // namespace spillway
