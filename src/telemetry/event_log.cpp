#include "telemetry/event_log.hpp"

#include "spillway/time.hpp"
#include "telemetry/event_throttle.hpp"
#include "telemetry/json_text.hpp"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <climits>
#include <mutex>
#include <string>

namespace spillway {

namespace {

constexpr std::size_t value_bytes_max = 512;
// Up to PIPE_BUF bytes a write to a pipe that poll() calls writable neither blocks nor is torn
// apart.
constexpr std::size_t line_bytes_max = PIPE_BUF;
// What may still follow the last field: `,"suppressed":18446744073709551615}` and the line end.
constexpr std::size_t tail_bytes = 64;

std::atomic<Severity> minimum_severity{Severity::info};

std::string_view word(Severity severity) {
    switch (severity) {
        case Severity::debug: return "debug";
        case Severity::info: return "info";
        case Severity::warn: return "warn";
        case Severity::error: break;
    }
    return "error";
}

std::optional<std::uint64_t> admit(std::string_view event, LogFields fields) {
    static std::mutex mutex;
    static EventThrottle throttle;

    std::string kind(event.substr(0, value_bytes_max));
    if (fields.size() > 0) {
        kind += ' ';
        kind += fields.begin()->second.substr(0, value_bytes_max);
    }
    const std::scoped_lock lock(mutex);
    return throttle.admit(kind, Clock::now());
}

void write_without_waiting(std::string_view line) {
    pollfd stderr_state{STDERR_FILENO, POLLOUT, 0};
    if (poll(&stderr_state, 1, 0) != 1 || (stderr_state.revents & POLLOUT) == 0) { return; }
    // Nothing is left to tell about a log that cannot be written.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void set_log_severity(Severity minimum) noexcept {
    minimum_severity.store(minimum, std::memory_order_relaxed);
}

void log_event(Severity severity, std::string_view event, LogFields fields) {
    if (severity < minimum_severity.load(std::memory_order_relaxed)) { return; }
    const auto suppressed = admit(event, fields);
    if (!suppressed) { return; }

    std::string text;
    JsonObject line(text);
    line.time("time", std::chrono::system_clock::now());
    line.text("level", word(severity), value_bytes_max);
    line.text("event", event, value_bytes_max);
    for (const auto& [key, value] : fields) {
        if (text.size() + key.size() + value_bytes_max + tail_bytes > line_bytes_max) { break; }
        line.named(key, value, value_bytes_max);
    }
    if (*suppressed > 0) { line.number("suppressed", static_cast<std::int64_t>(*suppressed)); }
    line.finish();
    text += '\n';
    write_without_waiting(text);
}

}  // namespace spillway
