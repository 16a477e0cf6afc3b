// One JSON line per request, written once, at its end. Workers append to a buffer of their own; a writer thread takes the buffers
// over and writes them, so a full disk or a blocked pipe costs log lines (counted), never requests.
#pragma once

#include "spillway/operation.hpp"
#include "spillway/policy/classify.hpp"
#include "spillway/result.hpp"
#include "spillway/time.hpp"
#include "spillway/usage.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

/// One attempt as the log tells it.
struct AttemptRecord {
    std::string_view deployment;  ///< from the table: lives as long as the snapshot
    int status = 0;               ///< 0: no status line
    Reason reason = Reason::none;
    Duration took{};
    bool reused_connection = false;
    bool probe = false;
};

/// Everything a line says. Views must live until `write` returns; texts from outside are bounded and escaped there.
struct AccessRecord {
    static constexpr std::size_t attempts_max = 12;

    WallTime at{};
    std::string_view request_id;
    std::string_view upstream_request_id;  ///< apim-request-id or x-request-id of the answer
    std::string_view peer;
    std::string_view method;
    std::string_view target;   ///< path only; the query may hold a key
    std::string_view user_agent;
    std::string_view route;
    std::optional<Operation> operation;
    bool stream = false;
    int status = 0;            ///< sent to the caller; 0: none
    Outcome outcome = Outcome::ok;
    std::string_view detail;   ///< why, in words of ours; empty when ok
    std::array<AttemptRecord, attempts_max> attempts;
    std::size_t attempt_count = 0;
    std::string_view skipped;  ///< "gpt-4o-east:cooling gpt-4o-west:open": why nobody was left
    Tokens estimate = 0;
    std::optional<Usage> usage;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    Duration total{};
    std::optional<Duration> first_token;
    Duration overhead{};       ///< own time, both directions
};

/// The process's writer. Thread-safe construction and destruction; `flush` on SIGTERM.
class LogWriter;

/// One worker's end of it. Owned and used by that worker only.
class AccessLog {
public:
    AccessLog(LogWriter& writer, std::size_t worker);
    /// Appends one line; false when it was dropped because the writer lags behind (bounded memory).
    bool write(const AccessRecord& record);
    /// Hands the buffered lines over; called by the worker once per loop turn or timer tick.
    void flush();
};

}  // namespace spillway
