// The callers' connections of one worker, so that a drain can reach them: idle ones are closed, and
// at its end the upstream work of the others is stopped, which makes them end honestly.
#pragma once

#include "net/hangup_watch.hpp"
#include "net/stream.hpp"

#include <cstddef>

namespace spillway {

class OpenSessions;

/// A connection's entry while it is served; lives in the session's frame.
class OpenSession {
public:
    OpenSession(OpenSessions& list, Stream& caller, HangupWatch& hangup) noexcept;
    ~OpenSession();
    OpenSession(const OpenSession&) = delete;
    OpenSession& operator=(const OpenSession&) = delete;

    /// Waits for a request.
    void idle() noexcept { is_idle_ = true; }
    void busy() noexcept {
        is_idle_ = false;
        is_new_ = false;
    }
    /// How long to wait for the next request, where `usual` is the table's word.
    [[nodiscard]] Duration patience(Duration usual) const noexcept;

private:
    friend class OpenSessions;
    void close_if_idle() noexcept;

    OpenSessions& list_;
    Stream& caller_;
    HangupWatch& hangup_;
    bool is_idle_ = false;
    bool is_new_ = true;  // has not sent anything yet
    OpenSession* next_ = nullptr;
    OpenSession* previous_ = nullptr;
};

/// One per worker, used by its thread only.
class OpenSessions {
public:
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// Closes connections between two requests, now and from now on. A new one may still send its
    /// first: its request is on the way since before the caller could know.
    void close_idle() noexcept;
    void stop_all() noexcept;

private:
    friend class OpenSession;
    bool closing_ = false;
    OpenSession* first_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace spillway
