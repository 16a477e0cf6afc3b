// The connection an attempt has to its upstream: from the pool or new, counted as active and cut
// when the caller goes, back in the pool when it can serve another. Used by attempt.
#pragma once

#include "net/stream.hpp"
#include "proxy/exchange.hpp"

#include <memory>

namespace spillway {

class UpstreamLink {
public:
    /// To the resource that stands at `resource` in the table.
    UpstreamLink(Exchange& exchange, ResourceId resource) noexcept
        : exchange_(exchange), resource_(index(resource)) {}
    ~UpstreamLink() { drop(); }
    UpstreamLink(const UpstreamLink&) = delete;
    UpstreamLink& operator=(const UpstreamLink&) = delete;

    /// False when the pool has none.
    [[nodiscard]] bool take_pooled();
    void take_new(std::unique_ptr<Stream> connection) noexcept;

    [[nodiscard]] bool held() const noexcept { return connection_ != nullptr; }
    [[nodiscard]] bool reused() const noexcept { return reused_; }
    [[nodiscard]] Stream& operator*() const noexcept { return *connection_; }
    [[nodiscard]] Stream* operator->() const noexcept { return connection_.get(); }

    /// Ends the upstream's work at once.
    void drop() noexcept { let_go().reset(); }
    /// The exchange has ended exactly at its frame.
    void give_back(TimePoint now);

private:
    void hold(std::unique_ptr<Stream> connection) noexcept;
    [[nodiscard]] std::unique_ptr<Stream> let_go() noexcept;

    Exchange& exchange_;
    std::size_t resource_;
    std::unique_ptr<Stream> connection_;
    bool reused_ = false;
};

}  // namespace spillway
