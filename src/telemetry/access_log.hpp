// One JSON line per request, written once, at its end (docs/access-log.md names the keys). Workers
// append to a buffer of their own; the LogWriter's thread takes the buffers over and writes them,
// so a full disk or a blocked pipe costs log lines (counted), never requests.
#pragma once

#include "spillway/money.hpp"
#include "spillway/operation.hpp"
#include "spillway/policy/classify.hpp"
#include "spillway/result.hpp"
#include "spillway/time.hpp"
#include "spillway/usage.hpp"
#include "telemetry/log_lane.hpp"

#include <boost/container/static_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

class LogWriter;

/// One attempt as the log tells it.
struct AttemptRecord {
    std::string_view deployment;  ///< from the table: lives as long as the snapshot
    int status = 0;               ///< 0: no status line
    Reason reason = Reason::none;
    Duration took{};
    bool reused_connection = false;
    bool probe = false;
};

/// Everything a line says. Views must live until `write` returns; texts from outside are bounded
/// and escaped there. Of an answer that never came (`status` 0, no operation, no usage) the keys
/// are left out.
struct AccessRecord {
    static constexpr std::size_t attempts_max = 12;

    WallTime at{};  ///< when the request's head was complete
    std::string_view request_id;
    std::string_view upstream_request_id;  ///< apim-request-id or x-request-id of the answer
    std::string_view peer;
    std::string_view method;
    std::string_view target;  ///< path only; the query may hold a key
    std::string_view user_agent;
    std::string_view caller;       ///< its name; empty: not known, or nobody is asked
    std::string_view cost_center;  ///< of the caller; empty: none
    const std::map<std::string, std::string>* tags = nullptr;  ///< of the caller; null: none
    std::string_view route = "_other";  ///< its name; this when the model is in none
    std::optional<Operation> operation;
    bool stream = false;
    int status = 0;  ///< sent to the caller; 0: none
    Outcome outcome = Outcome::ok;
    std::string_view detail;  ///< why, in words of ours; empty when ok
    boost::container::static_vector<AttemptRecord, attempts_max> attempts;  ///< the first ones
    std::string_view skipped;  ///< "gpt-4o-east:cooling gpt-4o-west:open": why nobody was left
    Tokens estimate = 0;
    std::optional<Usage> usage;
    std::optional<Money> cost;  ///< none: nothing was charged, or its deployment has no price
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    Duration total{};
    std::optional<Duration> first_token;
    Duration overhead{};  ///< own time, both directions
};

/// No line is longer, its line end included.
inline constexpr std::size_t access_line_bytes_max = 8 * 1024;
/// Appends one line. Its keys are a contract: docs/access-log.md.
void append_access_line(std::string& out, const AccessRecord& record);

/// One worker's end of it. Owned and used by that worker only; the writer outlives it.
class AccessLog {
public:
    /// What a worker keeps while the writer lags: about 2,000 lines.
    static constexpr std::size_t buffer_bytes_max = 1024 * 1024;

    AccessLog(LogWriter& writer, std::size_t worker);
    /// Appends one line; false when it was dropped because the writer lags behind (bounded memory).
    [[nodiscard]] bool write(const AccessRecord& record);
    /// Hands the buffered lines over; called by the worker once per timer tick.
    void flush() { lines_.flush(); }

private:
    LogBuffer lines_;
};

}  // namespace spillway
