#include "net/connection_pool.hpp"

#include <utility>

namespace spillway {

std::unique_ptr<Stream> ConnectionPool::take() {
    while (!idle_.empty()) {
        std::unique_ptr<Stream> stream = idle_.back().take();
        idle_.pop_back();
        if (stream->quiet()) { return stream; }
    }
    return nullptr;
}

void ConnectionPool::give(std::unique_ptr<Stream> stream, TimePoint now) {
    stream->expires_at(never);
    if (idle_.size() >= idle_max) { idle_.pop_front(); }
    idle_.emplace_back(std::move(stream), now, idle_count_);
    if (idle_.size() == 1) { wheel_.arm(*this, now + idle_for); }
}

void ConnectionPool::on_deadline() {
    const TimePoint now = wheel_.now();
    while (!idle_.empty() && idle_.front().since() + idle_for <= now) { idle_.pop_front(); }
    if (!idle_.empty()) { wheel_.arm(*this, idle_.front().since() + idle_for); }
}

}  // namespace spillway
