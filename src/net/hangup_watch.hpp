// Notices that a caller has gone while its request is being served, and stops the upstream work at
// once, so that tokens are not generated for nobody. Starts to watch a little late (one system call
// saved for every answer that comes at once).
#pragma once

#include "net/stream.hpp"

namespace spillway {

/// Belongs to one caller connection and is reused for each of its requests. The caller's stream
/// must not be read while watching.
class HangupWatch final : private TimerEntry {
public:
    /// With the wheel's two ticks of 20 ms this stays within the 50 ms that cancelling may take.
    static constexpr Duration patience = std::chrono::milliseconds(5);

    HangupWatch(Stream& caller, TimerWheel& wheel) : caller_(caller), wheel_(wheel) {}
    ~HangupWatch() override = default;

    void start(TimePoint now) noexcept;
    /// Afterwards the caller's stream may be read again. Await it before the stream goes away.
    [[nodiscard]] task<void> stop();

    /// The stream to cancel when the caller goes; null for none. Set for as long as that stream
    /// lives.
    void protect(Stream* upstream) noexcept;
    [[nodiscard]] bool gone() const noexcept { return gone_; }
    /// Stops the upstream work for another reason (shutdown), now and from now on.
    void stop_upstream() noexcept;

private:
    void on_deadline() override;
    void look();

    Stream& caller_;
    TimerWheel& wheel_;
    Stream* upstream_ = nullptr;
    bool waiting_ = false;  // an operation on the caller's socket refers to this object
    bool gone_ = false;
    bool stopping_ = false;
};

}  // namespace spillway
