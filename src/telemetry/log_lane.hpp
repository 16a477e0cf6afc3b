// How lines get from a worker to the thread that writes them, without a lock and without waiting.
// Separate from both writers (access log, audit), which differ in what they promise about a line.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

namespace spillway {

/// Where one worker leaves full buffers and finds empty ones. One worker, one writer, no lock: each
/// of the two places is emptied by an exchange, so a buffer always has exactly one owner.
class LogLane {
public:
    LogLane() = default;
    ~LogLane();
    LogLane(const LogLane&) = delete;
    LogLane& operator=(const LogLane&) = delete;

    /// Worker: leaves `buffer` and gets an empty one; gets `buffer` back when the last is still
    /// there.
    [[nodiscard]] std::unique_ptr<std::string> hand_over(std::unique_ptr<std::string> buffer);
    /// Worker, at its end: leaves `buffer` whether or not the last one is still there.
    void hand_over_rest(std::unique_ptr<std::string> buffer);
    /// Writer: the full buffer, or null.
    [[nodiscard]] std::unique_ptr<std::string> take();
    /// Writer: gives a buffer back for reuse.
    void recycle(std::unique_ptr<std::string> buffer);

private:
    std::atomic<std::string*> full_{nullptr};
    std::atomic<std::string*> empty_{nullptr};
};

/// A worker's end of a lane: the buffer it is filling.
class LogBuffer {
public:
    /// `lane` outlives it; null: the log is off.
    explicit LogBuffer(LogLane* lane) : lane_(lane), buffer_(std::make_unique<std::string>()) {}
    /// Hands over whatever is left.
    ~LogBuffer();
    LogBuffer(const LogBuffer&) = delete;
    LogBuffer& operator=(const LogBuffer&) = delete;

    [[nodiscard]] bool is_on() const noexcept { return lane_ != nullptr; }
    /// Lines that wait here, to be appended to.
    [[nodiscard]] std::string& text() noexcept { return *buffer_; }
    [[nodiscard]] std::size_t size() const noexcept { return buffer_->size(); }
    /// Hands the lines over unless the writer still has the last ones to take. Never waits.
    void flush();

private:
    LogLane* lane_;
    std::unique_ptr<std::string> buffer_;
};

}  // namespace spillway
