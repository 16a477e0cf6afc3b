#include "app/serve_command.hpp"

#include "app/config_file.hpp"
#include "spillway/gateway.hpp"
#include "telemetry/build_info.hpp"
#include "telemetry/event_log.hpp"

#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <future>
#include <ostream>
#include <utility>

namespace spillway {

namespace {

// How soon a second signal is noticed, and the end of the drain.
constexpr std::chrono::milliseconds signal_poll{50};
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

/// SIGTERM and SIGINT, blocked in this thread and in every thread it starts, so that they arrive
/// only where they are waited for. A broken pipe is an error code, not a signal.
class EndSignals {
public:
    EndSignals() {
        sigemptyset(&set_);
        sigaddset(&set_, SIGTERM);
        sigaddset(&set_, SIGINT);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
        std::signal(SIGPIPE, SIG_IGN);
    }
    void wait() const {
        int number = 0;
        while (sigwait(&set_, &number) != 0) {}
    }
    /// True when one arrived within `signal_poll`.
    [[nodiscard]] bool arrives_soon() const {
        const timespec patience{0, std::chrono::nanoseconds(signal_poll).count()};
        return sigtimedwait(&set_, nullptr, &patience) > 0;
    }

private:
    sigset_t set_{};
};

/// Each request may hold two descriptors: the caller's and the upstream's.
void raise_descriptor_limit(const Config& config) {
    const rlim_t wanted = 2 * rlim_t{config.limits.connections} + descriptors_beside;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) { return; }
    limit.rlim_cur = std::min(limit.rlim_max, wanted);
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted) {
        log_event(Severity::warn, "descriptor_limit_low",
                  {{"limit", std::to_string(limit.rlim_cur)},
                   {"wanted", std::to_string(wanted)},
                   {"advice", "raise the hard RLIMIT_NOFILE or lower limits.connections"}});
    }
}

void log_start(const Gateway& gateway, const std::string& config_hash) {
    std::string listening;
    for (const std::string& endpoint : gateway.endpoints()) {
        listening += (listening.empty() ? "" : " ") + endpoint;
    }
    log_event(Severity::info, "started",
              {{"listening", listening},
               {"admin", gateway.admin_endpoint()},
               {"version", build_info().version},
               {"config_hash", config_hash}});
}

void drain(Gateway& gateway, const EndSignals& signals) {
    auto drained = std::async(std::launch::async, [&gateway] { gateway.drain(); });
    while (drained.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        if (signals.arrives_soon()) { gateway.end_now(); }
    }
}

}  // namespace

ExitCode serve(const std::string& config_path, Terminal terminal) {
    std::optional<ConfigFile> file = read_config_file(config_path);
    if (!file) {
        terminal.err << config_path << ": error: cannot be read\n";
        return ExitCode::wrong_input;
    }
    terminal.err << file->description() << std::flush;
    if (!file->valid()) { return ExitCode::wrong_input; }

    Config& config = *file->loaded.config;
    set_log_severity(severity_of(config.log.level));
    raise_descriptor_limit(config);
    const EndSignals signals;
    const std::string hash = content_hash(file->text);
    Gateway gateway(std::move(config), hash);
    if (const auto started = gateway.start(); !started) {
        terminal.err << "spillway: " << started.error() << "\n";
        return ExitCode::wrong_input;
    }
    log_start(gateway, hash);
    signals.wait();
    drain(gateway, signals);
    return ExitCode::fine;
}

}  // namespace spillway
