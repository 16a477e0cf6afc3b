// A flat buffer that is read into at its end and consumed from its front. It never moves its bytes
// on its own, so views into it hold until `grow`, `compact` or destruction.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway {

class ByteBuffer {
public:
    ByteBuffer() = default;
    explicit ByteBuffer(std::size_t capacity)
        : bytes_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

    [[nodiscard]] std::string_view view() const noexcept {
        return {bytes_.get() + begin_, end_ - begin_};
    }
    [[nodiscard]] std::span<char> bytes() noexcept {
        return {bytes_.get() + begin_, end_ - begin_};
    }
    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    /// Room behind the bytes, to be read into and then `commit`ted.
    [[nodiscard]] std::span<char> room() noexcept {
        return {bytes_.get() + end_, capacity_ - end_};
    }
    void commit(std::size_t count) noexcept { end_ += count; }
    void consume(std::size_t count) noexcept {
        begin_ += count;
        if (begin_ == end_) { clear(); }
    }
    /// Forgets everything behind the first `count` bytes.
    void truncate(std::size_t count) noexcept { end_ = begin_ + count; }
    void clear() noexcept { begin_ = end_ = 0; }

    /// Moves the bytes to the front.
    void compact() noexcept {
        if (begin_ > 0) {
            std::memmove(bytes_.get(), bytes_.get() + begin_, size());
            end_ -= begin_;
            begin_ = 0;
        }
    }
    /// At least `capacity` bytes in all, the content at the front.
    void grow(std::size_t capacity) {
        if (capacity <= capacity_) {
            compact();
            return;
        }
        auto larger = std::make_unique_for_overwrite<char[]>(capacity);
        const std::size_t kept = size();
        if (kept > 0) { std::memcpy(larger.get(), bytes_.get() + begin_, kept); }
        bytes_ = std::move(larger);
        capacity_ = capacity;
        begin_ = 0;
        end_ = kept;
    }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

/// Buffers of one size, used over and over by one worker.
class BufferPool {
public:
    explicit BufferPool(std::size_t size) noexcept : size_(size) {}

    [[nodiscard]] ByteBuffer take() {
        if (free_.empty()) { return ByteBuffer(size_); }
        ByteBuffer buffer = std::move(free_.back());
        free_.pop_back();
        return buffer;
    }
    void give(ByteBuffer buffer) {
        if (buffer.capacity() == size_ && free_.size() < kept_max) {
            buffer.clear();
            free_.push_back(std::move(buffer));
        }
    }

private:
    static constexpr std::size_t kept_max = 64;  // beyond a burst's needs, memory goes back

    std::size_t size_;
    std::vector<ByteBuffer> free_;
};

}  // namespace spillway
