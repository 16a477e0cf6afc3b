// Reads key files again, so that a rotated key is used without a restart: the files are small, and
// comparing contents sees every way of replacing one (a Kubernetes secret is a swapped symlink,
// whose time stamps say nothing).
#pragma once

#include "fleet/credential.hpp"
#include "net/task.hpp"
#include "spillway/config.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <thread>

namespace spillway {

class KeyWatch {
public:
    static constexpr std::chrono::seconds every{2};
    /// Called on the watch's thread when a key has changed; must only hand over and return.
    using Publish = std::function<void(std::shared_ptr<const CredentialLines>)>;

    /// Does nothing when no credential of the table comes from a file. `config` outlives it.
    KeyWatch(const Config& config, std::shared_ptr<const CredentialLines> current, Publish publish);
    ~KeyWatch();
    KeyWatch(const KeyWatch&) = delete;
    KeyWatch& operator=(const KeyWatch&) = delete;

private:
    void schedule();

    const Config& config_;
    std::shared_ptr<const CredentialLines> current_;
    Publish publish_;
    asio::io_context io_{1};
    asio::steady_timer timer_{io_};
    std::thread thread_;
};

}  // namespace spillway
