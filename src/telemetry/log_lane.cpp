#include "telemetry/log_lane.hpp"

#include <utility>

namespace spillway {

LogLane::~LogLane() {
    delete full_.load();
    delete empty_.load();
}

std::unique_ptr<std::string> LogLane::hand_over(std::unique_ptr<std::string> buffer) {
    if (full_.load(std::memory_order_relaxed) != nullptr) { return buffer; }
    full_.store(buffer.release(), std::memory_order_release);
    std::unique_ptr<std::string> next(empty_.exchange(nullptr, std::memory_order_acquire));
    return next ? std::move(next) : std::make_unique<std::string>();
}

void LogLane::hand_over_rest(std::unique_ptr<std::string> buffer) {
    const std::unique_ptr<std::string> waiting = take();
    if (waiting) { buffer->insert(0, *waiting); }
    full_.store(buffer.release(), std::memory_order_release);
}

std::unique_ptr<std::string> LogLane::take() {
    return std::unique_ptr<std::string>(full_.exchange(nullptr, std::memory_order_acquire));
}

void LogLane::recycle(std::unique_ptr<std::string> buffer) {
    buffer->clear();
    delete empty_.exchange(buffer.release(), std::memory_order_acq_rel);
}

LogBuffer::~LogBuffer() {
    if (lane_ != nullptr) { lane_->hand_over_rest(std::move(buffer_)); }
}

void LogBuffer::flush() {
    if (lane_ == nullptr || buffer_->empty()) { return; }
    buffer_ = lane_->hand_over(std::move(buffer_));
}

}  // namespace spillway
