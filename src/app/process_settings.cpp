#include "app/process_settings.hpp"

#include "telemetry/event_log.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <string>

namespace spillway {

namespace {

// Beside callers' connections: listeners, logs, keys, idle connections to upstreams.
constexpr rlim_t descriptors_beside = 1024;

Severity severity_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return Severity::debug;
        case LogLevel::info: return Severity::info;
        case LogLevel::warn: return Severity::warn;
        case LogLevel::error: break;
    }
    return Severity::error;
}

void raise_descriptor_limit(const CallerLimits& limits) {
    const rlim_t wanted = descriptors_wanted(limits);
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) { return; }
    const rlimit raised{std::min(limit.rlim_max, wanted), limit.rlim_max};
    const bool may = setrlimit(RLIMIT_NOFILE, &raised) == 0;
    const rlim_t in_force = may ? raised.rlim_cur : limit.rlim_cur;
    if (in_force < wanted) {
        log_event(Severity::warn, "descriptor_limit_low",
                  {{"limit", std::to_string(in_force)},
                   {"wanted", std::to_string(wanted)},
                   {"advice", "raise the hard RLIMIT_NOFILE or lower limits.connections"}});
    }
}

}  // namespace

// Each request may hold two descriptors: the caller's and the upstream's.
std::uint64_t descriptors_wanted(const CallerLimits& limits) noexcept {
    return 2 * std::uint64_t{limits.connections} + descriptors_beside;
}

void apply_process_settings(const Config& config) {
    set_log_severity(severity_of(config.log.level));
    raise_descriptor_limit(config.limits);
}

}  // namespace spillway
