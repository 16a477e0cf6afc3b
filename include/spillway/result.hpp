// The one error type of the data path: small, trivially copyable, and saying what the next step
// needs to know (where it happened, what it was, whether the request can have reached a model).
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace spillway {

/// Where in an attempt (or in the caller's connection) a failure happened, in order of time.
enum class Stage : std::uint8_t {
    resolve,  ///< no address for the upstream's host
    connect,  ///< TCP
    tls,      ///< handshake or certificate verification
    send,     ///< request bytes were being written
    head,     ///< waiting for or reading the response head
    commit,   ///< head is there, nothing has been promised to the caller yet
    stream,   ///< after the commit point
    caller,   ///< reading from or writing to the caller
};

/// What went wrong.
enum class Cause : std::uint8_t {
    none,
    refused,      ///< connection refused or unreachable
    timeout,      ///< the clock of a phase; which one follows from the stage
    deadline,     ///< the total clock: the request's time is up, whoever was slow
    closed,       ///< clean end of the connection before the message was complete
    reset,        ///< RST, broken pipe, TLS end without close_notify
    malformed,    ///< bytes that break HTTP or event framing
    too_large,    ///< a bound of ours was exceeded
    certificate,  ///< peer certificate refused
    cancelled,    ///< we stopped it ourselves (caller gone, shutdown)
    unavailable,  ///< a local precondition is missing (no address, no credential)
};

/// An operating error: expected, handled, counted once where it becomes an outcome.
struct Failure {
    Stage stage = Stage::connect;
    Cause cause = Cause::none;
    boost::system::error_code ec{};

    /// True when no byte of the request can have reached a model: a replay is always safe.
    [[nodiscard]] bool never_sent() const noexcept { return stage <= Stage::tls; }
};

/// For boost::system::result::value(); our code checks with `if (!result)` instead.
[[noreturn]] inline void throw_exception_from_error(const Failure& failure,
                                                    const boost::source_location& /*where*/) {
    throw std::runtime_error(failure.ec.message());
}

template <class T>
using Result = boost::system::result<T, Failure>;

/// How a caller's request ended. Every request has exactly one.
enum class Outcome : std::uint8_t {
    ok,              ///< complete answer from an upstream
    client_error,    ///< the caller's fault: 4xx of ours or passed through
    upstream_error,  ///< an upstream's error was passed on, or a stream broke after the commit
                     ///< point
    exhausted,       ///< every deployment failed, is open, or is throttled
    shed,            ///< refused by ourselves: overload, draining
    aborted,         ///< the caller went away
    timeout,         ///< our own deadline ended it
};
inline constexpr std::size_t outcome_count = 7;

[[nodiscard]] std::string_view name(Stage stage) noexcept;
[[nodiscard]] std::string_view name(Cause cause) noexcept;
[[nodiscard]] std::string_view name(Outcome outcome) noexcept;
/// "connect timeout": for logs and operators.
[[nodiscard]] std::string describe(const Failure& failure);

}  // namespace spillway
