// Host names to addresses, in the background: getaddrinfo blocks and cannot be cancelled, so it has
// a thread of its own and no request ever waits for it. What was resolved once is served until
// something newer is known, however long DNS is away.
#pragma once

#include "net/task.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace spillway {

struct HostPort {
    std::string host;
    std::uint16_t port = 0;
    friend auto operator<=>(const HostPort&, const HostPort&) = default;
};

/// Immutable; a host that never resolved is absent.
using AddressBook = std::map<HostPort, std::vector<asio::ip::tcp::endpoint>>;

class Resolver {
public:
    /// At most this old are addresses while DNS answers (Azure's private endpoints are re-created
    /// under new addresses).
    static constexpr std::chrono::seconds refresh_every{20};

    /// Called on the resolver's thread with every new book; must only hand it over (post) and
    /// return.
    using Publish = std::function<void(std::shared_ptr<const AddressBook>)>;

    explicit Resolver(Publish publish);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// From now on these hosts. Ready when a book with what DNS knows of them has been published. A
    /// host that is no longer wanted stays in the book until the next refresh, for the requests
    /// that still mean it. Any thread.
    [[nodiscard]] std::future<void> resolve(std::vector<HostPort> hosts);

private:
    void run_pass();
    void refresh();

    std::vector<HostPort> hosts_;
    Publish publish_;
    AddressBook known_;
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    asio::steady_timer timer_{io_};
    std::thread thread_;
};

}  // namespace spillway
