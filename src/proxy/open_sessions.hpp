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

    /// Between two requests.
    void idle() noexcept { idle_ = true; }
    void busy() noexcept { idle_ = false; }

private:
    friend class OpenSessions;
    OpenSessions& list_;
    Stream& caller_;
    HangupWatch& hangup_;
    bool idle_ = false;
    OpenSession* next_ = nullptr;
    OpenSession* previous_ = nullptr;
};

/// One per worker, used by its thread only.
class OpenSessions {
public:
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    void close_idle() noexcept;
    void stop_all() noexcept;

private:
    friend class OpenSession;
    OpenSession* first_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace spillway
