// One thread with everything it needs to serve callers: its io_context, its listeners, its context.
// The gateway starts, feeds (by post) and stops it; nothing else touches it.
#pragma once

#include "net/listener.hpp"
#include "proxy/session.hpp"
#include "proxy/worker_context.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace spillway {

class Worker {
public:
    explicit Worker(const WorkerContext::Parts& parts);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Before `start`, for each listener in the table's order. Returns the bound endpoint.
    [[nodiscard]] boost::system::result<asio::ip::tcp::endpoint, std::string> listen(
        const std::string& host, std::uint16_t port);
    /// The same with a socket that listens already; takes the descriptor.
    [[nodiscard]] boost::system::result<asio::ip::tcp::endpoint, std::string> adopt(
        int descriptor, const asio::ip::tcp::endpoint& endpoint);

    /// How new connections are served: TLS by listener (null: plain), and this worker's share of
    /// limits.connections.
    struct Terms {
        std::vector<std::shared_ptr<TlsContext>> tls;
        std::size_t connections_max = 0;
    };
    /// Before `accept` and whenever they change.
    void set_terms(Terms terms);
    [[nodiscard]] WorkerContext& context() noexcept { return context_; }

    /// Starts the thread; listening sockets queue, nothing is accepted yet.
    void start();
    /// Runs `change` on the worker's thread, in order.
    void post(std::function<void(WorkerContext&)> change);
    void accept();
    /// No new connections; idle ones are closed.
    void stop_accepting();
    /// Ends what is still running, honestly.
    void stop_requests();
    /// Connections being served, listeners included while they are open. Any thread.
    [[nodiscard]] std::size_t busy() const noexcept { return busy_.load(); }
    /// Ends the thread; what is still running fails at once and is logged so.
    void stop();

private:
    [[nodiscard]] std::unique_ptr<Listener> new_listener();
    void accepted(Socket socket, const std::shared_ptr<TlsContext>& tls);
    [[nodiscard]] task<void> run_session(Accepted connection);
    [[nodiscard]] task<void> close_listener(Listener& listener);
    void escaped(const std::exception_ptr& exception);

    WorkerContext context_;
    Terms terms_;
    std::size_t connections_ = 0;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::atomic<std::size_t> busy_{0};
    asio::executor_work_guard<Executor> work_;
    std::thread thread_;
};

}  // namespace spillway
