#include "proxy/open_sessions.hpp"

#include <algorithm>

namespace spillway {
namespace {

// Time for a first request that was sent right behind its handshake.
constexpr Duration newcomer_patience = std::chrono::seconds(1);

}  // namespace

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

Duration OpenSession::patience(Duration usual) const noexcept {
    return list_.closing_ ? std::min(usual, newcomer_patience) : usual;
}

void OpenSession::close_if_idle() noexcept {
    if (!is_idle_) { return; }
    if (is_new_) {
        caller_.expires_at(Clock::now() + newcomer_patience);
    } else if (caller_.quiet()) {
        caller_.cancel();
    }
}

void OpenSessions::close_idle() noexcept {
    closing_ = true;
    for (OpenSession* session = first_; session != nullptr; session = session->next_) {
        session->close_if_idle();
    }
}

void OpenSessions::stop_all() noexcept {
    for (OpenSession* session = first_; session != nullptr; session = session->next_) {
        if (session->is_idle_) {
            session->caller_.cancel();
        } else {
            session->hangup_.stop_upstream();
        }
    }
}

}  // namespace spillway
