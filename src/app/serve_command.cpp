#include "app/serve_command.hpp"

#include "app/config_file.hpp"
#include "app/core_dumps.hpp"
#include "app/process_settings.hpp"
#include "app/reloader.hpp"
#include "app/supervisor.hpp"
#include "spillway/gateway.hpp"
#include "telemetry/build_info.hpp"
#include "telemetry/event_log.hpp"

#include <chrono>
#include <csignal>
#include <ctime>
#include <future>
#include <optional>
#include <ostream>
#include <utility>

namespace spillway {

namespace {

// How soon a second signal is noticed, and the end of the drain.
constexpr std::chrono::milliseconds signal_poll{50};

/// The signals of a service, blocked in this thread and in every thread it starts, so that they
/// arrive only where they are waited for. A broken pipe is an error code, not a signal.
class Signals {
public:
    Signals() {
        for (sigset_t* const set : {&all_, &ends_}) {
            sigemptyset(set);
            sigaddset(set, SIGTERM);
            sigaddset(set, SIGINT);
        }
        sigaddset(&all_, SIGHUP);
        sigaddset(&all_, SIGUSR1);
        pthread_sigmask(SIG_BLOCK, &all_, nullptr);
        std::signal(SIGPIPE, SIG_IGN);
        std::signal(SIGXFSZ, SIG_IGN);  // a log at its size limit is an error of its write
    }
    [[nodiscard]] int wait() const {
        int number = 0;
        while (sigwait(&all_, &number) != 0) {}
        return number;
    }
    /// True when SIGTERM or SIGINT arrived within `signal_poll`.
    [[nodiscard]] bool end_arrives_soon() const {
        const timespec patience{0, std::chrono::nanoseconds(signal_poll).count()};
        return sigtimedwait(&ends_, nullptr, &patience) > 0;
    }

private:
    sigset_t all_{};
    sigset_t ends_{};
};

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

// systemd wants to know when the reload began, by CLOCK_MONOTONIC (sd_notify(3)).
std::string reloading_now() {
    const auto since_boot = Clock::now().time_since_epoch();
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(since_boot).count();
    return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us);
}

/// Until SIGTERM or SIGINT.
void obey(const Signals& signals, Gateway& gateway, Reloader& reloader) {
    for (;;) {
        const int signal = signals.wait();
        if (signal != SIGHUP && signal != SIGUSR1) { return; }
        gateway.reopen_log();
        if (signal == SIGHUP) {
            tell_supervisor(reloading_now());
            reloader.reload("SIGHUP");
            tell_supervisor("READY=1");
        }
    }
}

void drain(Gateway& gateway, const Signals& signals) {
    auto drained = std::async(std::launch::async, [&gateway] { gateway.drain(); });
    while (drained.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        if (signals.end_arrives_soon()) { gateway.end_now(); }
    }
}

}  // namespace

ExitCode serve(const std::string& config_path, Terminal terminal) {
    forbid_core_dumps();
    const std::vector<int> sockets = take_inherited_sockets();
    const std::optional<ConfigFile> file = read_config_file(config_path);
    if (!file) {
        terminal.err << config_path << ": error: cannot be read\n";
        return ExitCode::wrong_input;
    }
    terminal.err << file->description() << std::flush;
    if (!file->valid()) { return ExitCode::wrong_input; }

    const Config& config = *file->loaded.config;
    apply_process_settings(config);
    const Signals signals;
    const std::string hash = content_hash(file->text);
    Gateway gateway(config, hash);
    Reloader reloader(gateway, config_path, file->text);
    gateway.on_reload_wanted([&reloader] { return reloader.reload("POST"); });
    gateway.inherit(sockets);
    if (const auto started = gateway.start(); !started) {
        terminal.err << "spillway: " << started.error() << "\n";
        return ExitCode::wrong_input;
    }
    log_start(gateway, hash);
    reloader.start_watching();
    tell_supervisor("READY=1");
    obey(signals, gateway, reloader);
    reloader.stop_watching();
    tell_supervisor("STOPPING=1");
    drain(gateway, signals);
    return ExitCode::fine;
}

}  // namespace spillway
