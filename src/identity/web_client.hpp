// Small calls to services that identify: token endpoints, key sets, the machine's metadata. One
// connection per call, everything bounded, no redirect followed. Built from the data path's own
// parts (strict head parser, verified TLS), because what answers here decides who gets in.
#pragma once

#include "net/poller.hpp"
#include "net/resolver.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"
#include "net/timer_wheel.hpp"
#include "spillway/config/egress.hpp"
#include "spillway/config/secret.hpp"
#include "spillway/config/upstream.hpp"
#include "spillway/result.hpp"
#include "spillway/time.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace spillway {

struct WebCall {
    Endpoint to;          ///< its `path` is not looked at
    std::string target;   ///< path and query
    Secret fields;        ///< further field lines, each with CRLF
    Secret form;          ///< not empty: POSTed as application/x-www-form-urlencoded; else GET
    std::string json;     ///< not empty: POSTed as application/json; else as `form` says
    std::string ca_file;  ///< PEM; empty: the system's store
    std::optional<EgressProxy> proxy;  ///< none: connected to directly
    std::size_t body_max = std::size_t{64} * 1024;
    Duration time = std::chrono::seconds(10);  ///< for connecting, and again for the rest
};

struct WebReply {
    int status = 0;
    std::string body;
    std::optional<Duration> retry_after;
    std::optional<WallTime> date;  ///< the server's clock
};

/// Asks on a connection that is there already, and that is of no use afterwards. Of `call` it does
/// not look at what says how to connect.
[[nodiscard]] task<Result<WebReply>> exchange(Stream& stream, const WebCall& call);

/// Belongs to one thread: that of `io`, which outlives it.
class WebClient {
public:
    explicit WebClient(asio::io_context& io);
    WebClient(const WebClient&) = delete;
    WebClient& operator=(const WebClient&) = delete;

    /// Before the first call.
    void start();
    /// Calls in progress fail before the handlers that are posted after this.
    void close();

    /// Any status is an answer. A failure has been logged when only an operator can mend it
    /// (certificates, a proxy's refusal).
    [[nodiscard]] task<Result<WebReply>> call(const WebCall& call);

private:
    [[nodiscard]] task<Result<AddressBook>> look_up(HostPort host);
    [[nodiscard]] task<Result<std::unique_ptr<Stream>>> connect(const WebCall& call);

    asio::io_context& io_;
    TimerWheel wheel_;
    Poller poller_;
};

}  // namespace spillway
