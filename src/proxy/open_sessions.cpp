#include "proxy/open_sessions.hpp"

namespace spillway {

OpenSession::OpenSession(OpenSessions& list, Stream& caller, HangupWatch& hangup) noexcept
    : list_(list), caller_(caller), hangup_(hangup), next_(list.first_) {
    if (next_ != nullptr) { next_->previous_ = this; }
    list_.first_ = this;
    ++list_.size_;
}

OpenSession::~OpenSession() {
    (previous_ == nullptr ? list_.first_ : previous_->next_) = next_;
    if (next_ != nullptr) { next_->previous_ = previous_; }
    --list_.size_;
}

void OpenSessions::close_idle() noexcept {
    for (OpenSession* session = first_; session != nullptr; session = session->next_) {
        if (session->idle_) { session->caller_.cancel(); }
    }
}

void OpenSessions::stop_all() noexcept {
    for (OpenSession* session = first_; session != nullptr; session = session->next_) {
        if (session->idle_) {
            session->caller_.cancel();
        } else {
            session->hangup_.stop_upstream();
        }
    }
}

}  // namespace spillway
