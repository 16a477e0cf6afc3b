// The thread of what is kept fresh in the background: it looks at its charges every quarter of a
// second, and has a client to ask others with. What the charges are, and when one is due, its owner
// knows.
#pragma once

#include "identity/web_client.hpp"
#include "net/task.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <future>
#include <memory>
#include <string_view>
#include <thread>

namespace spillway {

/// The last member of its owner, so that nothing runs any more when the others go.
class KeeperThread {
public:
    static constexpr std::chrono::milliseconds look_every{250};

    /// `look` is called on the thread. `whose`, for the log, is static.
    KeeperThread(std::string_view whose, std::function<void(TimePoint now)> look);
    /// Calls in progress fail; waits for the thread.
    ~KeeperThread();
    KeeperThread(const KeeperThread&) = delete;
    KeeperThread& operator=(const KeeperThread&) = delete;

    /// Any thread.
    void post(std::function<void()> what);
    /// Runs `adopt` on the thread and waits for it, then for `tried`, at most `patience`. False:
    /// that was too short. One thread that is not this one.
    [[nodiscard]] bool adopt(const std::function<void()>& adopt, Duration patience);

    // On the thread itself:

    /// Every charge of the last `adopt` has been asked for once.
    void tried();
    /// `on_escape`: an exception left `body`, which is a bug and has been logged.
    void start(task<void> body, std::function<void()> on_escape);
    [[nodiscard]] WebClient& web() noexcept { return web_; }

private:
    [[nodiscard]] task<void> look_again_and_again();

    using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

    std::string_view whose_;
    std::function<void(TimePoint)> look_;
    std::shared_ptr<std::promise<void>> tried_;  // none: nobody waits
    asio::io_context io_{1};
    asio::executor_work_guard<Executor> work_{io_.get_executor()};
    WebClient web_{io_};
    Timer timer_{io_};
    std::thread thread_;
};

}  // namespace spillway
