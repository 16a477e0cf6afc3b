// Notices that a caller has gone while its request is being served, and stops the upstream work at
// once, so that tokens are not generated for nobody.
#pragma once

#include "net/stream.hpp"

namespace spillway {

/// Belongs to one caller connection and is reused for each of its requests. A caller that half
/// closes counts as gone: no SDK does that and still reads.
class HangupWatch final : private HangupObserver {
public:
    explicit HangupWatch(Stream& caller) noexcept : caller_(caller) {}
    ~HangupWatch() { stop(); }
    HangupWatch(const HangupWatch&) = delete;
    HangupWatch& operator=(const HangupWatch&) = delete;

    void start() noexcept;
    void stop() noexcept;

    /// The stream to cancel when the caller goes; null for none. Set for as long as that stream
    /// lives.
    void protect(Stream* upstream) noexcept;
    [[nodiscard]] bool gone() const noexcept { return gone_; }
    /// Stops the upstream work for another reason (shutdown), now and from now on.
    void stop_upstream() noexcept;

private:
    void on_hangup() noexcept override;

    Stream& caller_;
    Stream* upstream_ = nullptr;
    bool gone_ = false;
    bool stopping_ = false;
};

}  // namespace spillway
