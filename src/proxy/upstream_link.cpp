#include "proxy/upstream_link.hpp"

#include <utility>

namespace spillway {

bool UpstreamLink::take_pooled() {
    std::unique_ptr<Stream> pooled = exchange_.table->pools[resource_]->take();
    if (!pooled) { return false; }
    hold(std::move(pooled));
    reused_ = true;
    return true;
}

void UpstreamLink::take_new(std::unique_ptr<Stream> connection) noexcept {
    hold(std::move(connection));
    reused_ = false;
}

void UpstreamLink::give_back(TimePoint now) {
    std::unique_ptr<Stream> connection = let_go();
    exchange_.table->pools[resource_]->give(std::move(connection), now);
}

// These two alone change `connection_`, so that what is held is counted and protected.
void UpstreamLink::hold(std::unique_ptr<Stream> connection) noexcept {
    connection_ = std::move(connection);
    exchange_.worker.cells.upstream_active.add();
    exchange_.hangup.protect(connection_.get());
}

std::unique_ptr<Stream> UpstreamLink::let_go() noexcept {
    exchange_.hangup.protect(nullptr);
    if (connection_) { exchange_.worker.cells.upstream_active.sub(); }
    return std::move(connection_);
}

}  // namespace spillway
