// What an operator reads at 3 a.m.: breaker transitions, failing credentials, start, drain, refused
// certificates. JSON lines on stderr, rate-limited per kind so that a storm stays readable. Not for
// requests: those have the access log.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace spillway {

enum class Severity : std::uint8_t { debug, info, warn, error };

/// Words and numbers only; never a secret, never unbounded outside text (values are cut at 512
/// bytes and escaped).
using LogFields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Any thread. At most one line per second and `event` with the same first field value; suppressed
/// ones are counted in the next. Never waits: a line that stderr would not take at once is dropped.
/// Reads the clocks itself, because a log line has no other use for `now`.
void log_event(Severity severity, std::string_view event, LogFields fields);
void set_log_severity(Severity minimum) noexcept;

}  // namespace spillway
