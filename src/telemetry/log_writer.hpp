// Takes filled buffers from the workers and writes them to a file or a pipe on a thread of its own.
// Separate from the access log's format so that what blocks (a disk, a pipe, a slow reader) is in
// one place.
#pragma once

#include "telemetry/log_lane.hpp"

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace spillway {

/// The process's writer. Constructed before and destroyed after every AccessLog.
class LogWriter {
public:
    /// `destination`: "stdout", "stderr", "off" or a file path (appended to, created with mode
    /// 0640). Fails with the system's reason when the file cannot be opened.
    [[nodiscard]] static boost::system::result<std::unique_ptr<LogWriter>> open(
        std::string_view destination, std::size_t workers);

    /// Writes what was handed over, for at most a second while the destination is blocked.
    ~LogWriter();
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;

    /// Null when the log is off. Stable address.
    [[nodiscard]] LogLane* lane(std::size_t worker);
    /// Opens the file again before the next write (log rotation). Any thread; nothing for stdout.
    void reopen() noexcept { reopen_.store(true, std::memory_order_relaxed); }
    /// Lines that were handed over and could not be written. Any thread.
    [[nodiscard]] std::uint64_t lost_lines() const noexcept {
        return lost_lines_.load(std::memory_order_relaxed);
    }

private:
    LogWriter(std::string path, int fd, std::size_t workers);

    void run();
    void write_round();
    void open_again();
    void write_lines(std::string_view lines);
    [[nodiscard]] std::size_t next_write(std::string_view lines) const noexcept;
    [[nodiscard]] bool wait_until_writable();
    void lose(std::string_view lines, int reason);

    const std::string path_;  // empty: stdout, stderr or off
    int fd_;                  // -1: off
    bool is_file_ = false;    // a regular file takes any length; a pipe may block for ever
    bool mid_line_ = false;   // the last write stopped inside a line
    int patience_;            // polls left once stopping
    std::deque<LogLane> lanes_;
    std::atomic<bool> reopen_{false};
    std::atomic<std::uint64_t> lost_lines_{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace spillway
