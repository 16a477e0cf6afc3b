// Reads one caller's requests off its connection: a head under its clock, a body within its bounds,
// and nothing of the next request. Used by session; knows HTTP framing, not what a request means.
#pragma once

#include "net/byte_buffer.hpp"
#include "net/hangup_watch.hpp"
#include "net/stream.hpp"
#include "proxy/open_sessions.hpp"
#include "spillway/config.hpp"
#include "wire/framing.hpp"
#include "wire/head.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace spillway {

enum class ReadResult : std::uint8_t {
    complete,
    refused,  ///< see error(): to be answered, then the connection is closed
    ended,    ///< the caller has gone; nobody to answer
};

/// Owned by its session. Views it hands out live until the next `head`.
class RequestReader {
public:
    RequestReader(Stream& caller, HangupWatch& hangup, OpenSession& session);

    /// Forgets the last request, waits for the next one and reads its head. `ended` between two
    /// requests is the normal end of a connection.
    [[nodiscard]] task<ReadResult> head(RequestHead& out, const CallerLimits& limits);
    /// True when the whole body came with the head, as it usually does; else `body` has to be
    /// awaited.
    [[nodiscard]] bool take_body() noexcept;
    /// Reads the body behind the head, having sent 100 Continue if that is waited for. Bodies are
    /// followed by `body_padding` readable bytes.
    [[nodiscard]] task<ReadResult> body(const CallerLimits& limits);
    /// Passes over a body without reading more; false when not all of it is here yet.
    [[nodiscard]] bool skip_body() noexcept;

    [[nodiscard]] const HeadError& error() const noexcept { return error_; }
    [[nodiscard]] std::string_view error_code() const noexcept { return error_code_; }
    [[nodiscard]] std::string_view body_view() const noexcept { return body_; }
    [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }
    [[nodiscard]] Stream& caller() noexcept { return caller_; }
    [[nodiscard]] HangupWatch& hangup() noexcept { return hangup_; }
    [[nodiscard]] OpenSession& session() noexcept { return session_; }

private:
    [[nodiscard]] ReadResult refuse(int status, std::string_view code,
                                    std::string_view why) noexcept;
    [[nodiscard]] ReadResult accept_head(const RequestHead& head, const CallerLimits& limits);
    [[nodiscard]] task<ReadResult> fixed_body(TimePoint started, const CallerLimits& limits);
    [[nodiscard]] task<ReadResult> chunked_body(TimePoint started, const CallerLimits& limits);
    [[nodiscard]] task<Result<std::size_t>> read_body(std::span<char> into, TimePoint deadline);
    [[nodiscard]] ReadResult body_failed(const Failure& failure) noexcept;
    void append_to_large(std::string_view payload);
    void next_request();

    Stream& caller_;
    HangupWatch& hangup_;
    OpenSession& session_;
    ByteBuffer input_;      // heads, small bodies, the beginning of the next request
    ByteBuffer large_;      // a body that does not fit behind its head
    std::size_t used_ = 0;  // bytes of input_ that belong to this request
    BodyFraming framing_;
    std::string_view body_;
    bool expects_continue_ = false;
    bool keep_alive_ = true;
    HeadError error_;
    std::string_view error_code_;
};

}  // namespace spillway
