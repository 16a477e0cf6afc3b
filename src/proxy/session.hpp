// One caller's connection: reads requests one after the other, strictly, and serves each. Started
// by the worker for every accepted socket; calls dispatch for whatever goes upstream and answers
// the rest itself.
#pragma once

#include "net/stream.hpp"
#include "proxy/worker_context.hpp"

#include <memory>
#include <string>

namespace spillway {

/// What is known of a connection when it is accepted.
class Accepted {
public:
    Accepted(Socket from, std::shared_ptr<TlsContext> context, std::string address)
        : socket(std::move(from)), tls(std::move(context)), peer(std::move(address)) {}

    Socket socket;
    std::shared_ptr<TlsContext> tls;  ///< null: plain
    std::string peer;                 ///< address, for the log
};

/// Runs until the connection ends; `worker` outlives it.
[[nodiscard]] task<void> serve(WorkerContext& worker, Accepted accepted);

}  // namespace spillway
