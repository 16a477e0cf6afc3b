#include "net/hangup_watch.hpp"

#include <boost/asio/post.hpp>

#include <sys/socket.h>

#include <cerrno>

namespace spillway {

void HangupWatch::start(TimePoint now) noexcept {
    gone_ = false;
    wheel_.arm(*this, now + patience);
}

void HangupWatch::protect(Stream* upstream) noexcept {
    upstream_ = upstream;
    if ((gone_ || stopping_) && upstream_ != nullptr) { upstream_->cancel(); }
}

void HangupWatch::stop_upstream() noexcept {
    stopping_ = true;
    protect(upstream_);
}

void HangupWatch::on_deadline() {
    waiting_ = true;
    caller_.socket().async_wait(Socket::wait_read, [this](const boost::system::error_code& ec) {
        waiting_ = false;
        if (!ec) { look(); }
    });
}

void HangupWatch::look() {
    char byte = 0;
    const ssize_t seen = ::recv(caller_.socket().native_handle(), &byte, 1,
                                MSG_PEEK | MSG_DONTWAIT);
    if (seen < 0 && errno == EAGAIN) {
        wheel_.arm(*this, wheel_.now() + patience);
        return;
    }
    if (seen > 0) {
        // A pipelined request (or a TLS record). It stays in the kernel, which also keeps an end
        // behind it from being seen; then only a failing write tells.
        return;
    }
    gone_ = true;
    if (upstream_ != nullptr) { upstream_->cancel(); }
}

task<void> HangupWatch::stop() {
    wheel_.arm(*this, never);
    upstream_ = nullptr;
    if (waiting_) {
        boost::system::error_code ignored;
        caller_.socket().cancel(ignored);
    }
    while (waiting_) {
        const auto executor = caller_.socket().get_executor();
        co_await asio::post(executor, use_tuple);
    }
}

}  // namespace spillway
