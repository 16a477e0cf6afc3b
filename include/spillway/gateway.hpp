// The façade: a gateway from a routing table. Everything with a thread or a socket is behind it.
#pragma once

#include "spillway/config.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spillway {

/// What became of an attempt to change the table.
struct Reload {
    std::string error;                 ///< why nothing was changed; empty: the new table is in use
    std::vector<std::string> changes;  ///< what the new table changed, a line each; no secrets
};

class Gateway {
public:
    /// `config_hash` names the table in metrics and status.
    Gateway(const Config& config, std::string config_hash);
    /// Ends at once when `drain` has not been waited for.
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    /// What POST /reload calls, on the admin listener's thread. Before `start`; without it there is
    /// no such action.
    void on_reload_wanted(std::function<Reload()> reread);

    /// Listening sockets of whoever started this process (a service manager): a listener with the
    /// address of one uses it instead of opening its own, so that nobody is refused while one
    /// process follows another. Descriptors that fit none are closed. Before `start`.
    void inherit(const std::vector<int>& sockets);

    /// Opens every listener, resolves names (waiting at most two seconds) and starts the workers.
    /// The error is text for whoever started it; then nothing is running. Call once.
    [[nodiscard]] boost::system::result<void, std::string> start();

    /// Where it listens, in the table's order: "127.0.0.1:8080". After `start`.
    [[nodiscard]] const std::vector<std::string>& endpoints() const noexcept;
    [[nodiscard]] const std::string& admin_endpoint() const noexcept;

    /// Puts another table in the place of the present one: requests that have begun keep theirs,
    /// the next ones get the new one. Quotas, breakers, cool-downs, connections and streams go on.
    /// Files the table names (TLS, keys) are read again. All or nothing. Any thread but a worker's;
    /// waits for names at most two seconds.
    [[nodiscard]] Reload reload(const Config& config, std::string config_hash);
    /// Shows in status and metrics that a table was offered that cannot be used. Any thread.
    void reload_failed(std::string error);
    /// The table in use. Any thread.
    [[nodiscard]] Config config() const;
    /// Opens the access log and the audit stream again after they were moved away. Any thread.
    void reopen_log();

    /// Stops in good order: not ready, still accepting for drain.delay, then no new connections;
    /// returns when the last request has ended, or drain.timeout later, having ended the rest
    /// honestly, and with the admin listener closed. Blocks; call once, from a thread that is not a
    /// worker's.
    void drain();
    /// Makes a running `drain` skip its delay and its patience. Any thread; async-signal-unsafe.
    void end_now();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace spillway
