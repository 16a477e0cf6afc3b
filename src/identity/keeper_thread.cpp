#include "identity/keeper_thread.hpp"

#include "telemetry/event_log.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace spillway {

KeeperThread::KeeperThread(std::string_view whose, std::function<void(TimePoint)> look)
    : whose_(whose), look_(std::move(look)) {
    web_.start();
    start(look_again_and_again(), [] {});
    thread_ = std::thread([this] { io_.run(); });
}

KeeperThread::~KeeperThread() {
    asio::post(io_, [this] {
        web_.close();
        asio::post(io_, [this] { io_.stop(); });
    });
    thread_.join();
}

void KeeperThread::post(std::function<void()> what) { asio::post(io_, std::move(what)); }

bool KeeperThread::adopt(const std::function<void()>& adopt, Duration patience) {
    auto tried = std::make_shared<std::promise<void>>();
    std::future<void> all_tried = tried->get_future();
    std::promise<void> adopted;
    asio::post(io_, [&, this] {
        tried_ = std::move(tried);
        adopt();
        adopted.set_value();
    });
    adopted.get_future().wait();
    return all_tried.wait_for(patience) == std::future_status::ready;
}

void KeeperThread::tried() {
    if (tried_) { std::exchange(tried_, nullptr)->set_value(); }
}

void KeeperThread::start(task<void> body, std::function<void()> on_escape) {
    spawn(io_.get_executor(), std::move(body),
          [whose = whose_, on_escape = std::move(on_escape)](const std::exception_ptr&) {
              log_event(Severity::error, "escaped_exception", {{"what", whose}});
              on_escape();
          });
}

task<void> KeeperThread::look_again_and_again() {
    for (;;) {
        timer_.expires_after(look_every);
        const auto [ec] = co_await timer_.async_wait(use_tuple);
        if (ec) { co_return; }
        look_(Clock::now());
    }
}

}  // namespace spillway
