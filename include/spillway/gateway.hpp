// The façade: a gateway from a routing table. Everything with a thread or a socket is behind it.
#pragma once

#include "spillway/config.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace spillway {

class Gateway {
public:
    /// `config_hash` names the table in metrics and status.
    Gateway(Config config, std::string config_hash);
    /// Ends at once when `drain` has not been waited for.
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    /// Opens every listener, resolves names (waiting at most two seconds) and starts the workers.
    /// The error is text for whoever started it; then nothing is running. Call once.
    [[nodiscard]] boost::system::result<void, std::string> start();

    /// Where it listens, in the table's order: "127.0.0.1:8080". After `start`.
    [[nodiscard]] const std::vector<std::string>& endpoints() const noexcept;
    [[nodiscard]] const std::string& admin_endpoint() const noexcept;

    /// Stops in good order: not ready, still accepting for drain.delay, then no new connections;
    /// returns when the last request has ended, or drain.timeout later, having ended the rest
    /// honestly. Blocks; call once, from a thread that is not a worker's.
    void drain();
    /// Makes a running `drain` skip its delay and its patience. Any thread; async-signal-unsafe.
    void end_now();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace spillway
