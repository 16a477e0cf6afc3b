#include "net/connection_pool.hpp"

#include <utility>

namespace spillway {

std::unique_ptr<Stream> ConnectionPool::take() {
    while (!idle_.empty()) {
        std::unique_ptr<Stream> stream = std::move(idle_.back().stream);
        idle_.pop_back();
        if (stream->quiet()) { return stream; }
    }
    return nullptr;
}

void ConnectionPool::give(std::unique_ptr<Stream> stream, TimePoint now) {
    stream->expires_at(never);
    if (idle_.size() >= idle_max) { idle_.pop_front(); }
    idle_.push_back({std::move(stream), now});
    if (idle_.size() == 1) { wheel_.arm(*this, now + idle_for); }
}

void ConnectionPool::on_deadline() {
    const TimePoint now = wheel_.now();
    while (!idle_.empty() && idle_.front().since + idle_for <= now) { idle_.pop_front(); }
    if (!idle_.empty()) { wheel_.arm(*this, idle_.front().since + idle_for); }
}

}  // namespace spillway
