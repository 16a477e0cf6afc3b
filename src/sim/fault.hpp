// What can go wrong with one answer or one connection, as plain facts that combine freely. Separate
// from the code that carries them out, so that the list of faults can be read in one place.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "sim/json.hpp"
#include "sim/refusal.hpp"
#include "sim/reply.hpp"

namespace spillway_sim {

using std::chrono::milliseconds;

enum class Hang { none, head, stream };

/// Where the bytes of an answer end too early.
enum class Cut {
    none,
    before_head,     ///< nothing is sent
    mid_head,        ///< half the response head
    mid_chunk_size,  ///< inside the chunk-size line (other framings: between two events)
    mid_data,        ///< inside an event; the chunk had announced all of it
    mid_event,       ///< an event without its final newline; the chunk is whole
    before_done,     ///< all but the terminal event
    after_bytes,     ///< after so many body bytes
};

enum class Framing { chunked, length, close };

/// How a cut answer ends; `clean` completes the message as if nothing was missing.
enum class Ending { fin, rst, tls_no_close_notify, clean, half_close };

enum class ErrorEvent { none, rate_limit, server_error, overloaded };
enum class LineEnd { lf, cr, crlf };
enum class Refuse { none, new_connections, all_connections };

struct Fault {
    // Instead of the answer: a status, before authentication and accounting.
    unsigned status = 0;
    std::string form;
    std::optional<Hint> hint;
    long long retry_after_ms = 0;
    Headers headers;

    // Time.
    Hang hang = Hang::none;
    std::optional<milliseconds> hang_for;  ///< absent: until the peer leaves
    std::optional<milliseconds> first_token;
    std::optional<milliseconds> token;

    // The end. `after_events` is where hang, cut and error event act: 0 = before the first event.
    std::optional<std::size_t> after_events;
    std::size_t after_bytes = 0;
    Cut cut = Cut::none;
    std::optional<Framing> framing;
    Ending ending = Ending::fin;
    ErrorEvent error_event = ErrorEvent::none;

    // The bytes.
    std::size_t split_bytes = 0;  ///< write in pieces of this size; 0 = do not
    std::size_t event_bytes = 0;  ///< an extra comment-free event of this size before the third
    LineEnd line_end = LineEnd::lf;
    bool has_comments = false;
    bool has_bom = false;
    bool is_gzip = false;
    std::string trailing;  ///< sent after the complete answer
    bool is_twice = false;
    bool has_length_and_chunked = false;

    // The connection.
    Refuse refuse = Refuse::none;
    bool is_reset_on_accept = false;
    std::optional<milliseconds> idle_close;  ///< after the answer, close the idle connection

    /// Acts on connections rather than on answers.
    [[nodiscard]] bool is_about_connections() const {
        return refuse != Refuse::none || is_reset_on_accept;
    }
};

/// Reads the JSON of README.md. Throws InputError, naming `where`, on anything unknown.
[[nodiscard]] Fault read_fault(const Json& json, const std::string& where);

}  // namespace spillway_sim
