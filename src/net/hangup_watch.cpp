#include "net/hangup_watch.hpp"

namespace spillway {

void HangupWatch::start() noexcept {
    gone_ = caller_.hung_up();
    caller_.observe_hangup(this);
}

void HangupWatch::stop() noexcept {
    caller_.observe_hangup(nullptr);
    upstream_ = nullptr;
}

void HangupWatch::protect(Stream* upstream) noexcept {
    upstream_ = upstream;
    if ((gone_ || stopping_) && upstream_ != nullptr) { upstream_->cancel(); }
}

void HangupWatch::stop_upstream() noexcept {
    stopping_ = true;
    protect(upstream_);
}

void HangupWatch::on_hangup() noexcept {
    gone_ = true;
    protect(upstream_);
}

}  // namespace spillway
