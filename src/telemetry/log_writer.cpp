#include "telemetry/log_writer.hpp"

#include "telemetry/event_log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <utility>

namespace spillway {

namespace {

// How long a line may wait for its write; workers never wake the writer, so that logging costs them
// no system call.
constexpr std::chrono::milliseconds round_time{50};
constexpr int poll_milliseconds = 100;
constexpr int polls_after_stop = 10;

boost::system::error_code system_error(int value) {
    return {value, boost::system::system_category()};
}

int open_to_append(const std::string& path) {
    // O_NONBLOCK: a FIFO without a reader is an error to report, not a start that hangs.
    return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
}

}  // namespace

boost::system::result<std::unique_ptr<LogWriter>> LogWriter::open(std::string_view destination,
                                                                  std::size_t workers) {
    std::string path;
    int fd = -1;
    if (destination == "stdout") {
        fd = STDOUT_FILENO;
    } else if (destination == "stderr") {
        fd = STDERR_FILENO;
    } else if (destination != "off") {
        path = destination;
        fd = open_to_append(path);
        if (fd < 0) { return system_error(errno); }
    }
    return std::unique_ptr<LogWriter>(new LogWriter(std::move(path), fd, workers));
}

LogWriter::LogWriter(std::string path, int fd, std::size_t workers)
    : path_(std::move(path)), fd_(fd), patience_(polls_after_stop), lanes_(workers) {
    if (fd_ < 0) { return; }
    struct stat status {};
    is_file_ = fstat(fd_, &status) == 0 && S_ISREG(status.st_mode);
    thread_ = std::thread(&LogWriter::run, this);
}

LogWriter::~LogWriter() {
    stopping_.store(true, std::memory_order_relaxed);
    if (thread_.joinable()) { thread_.join(); }
    if (!path_.empty()) { ::close(fd_); }
}

LogLane* LogWriter::lane(std::size_t worker) { return fd_ < 0 ? nullptr : &lanes_[worker]; }

void LogWriter::run() {
    while (!stopping_.load(std::memory_order_relaxed)) {
        if (reopen_.exchange(false, std::memory_order_relaxed)) { open_again(); }
        write_round();
        std::this_thread::sleep_for(round_time);
    }
    write_round();
}

void LogWriter::write_round() {
    for (LogLane& lane : lanes_) {
        std::unique_ptr<std::string> lines = lane.take();
        if (!lines) { continue; }
        write_lines(*lines);
        lane.recycle(std::move(lines));
    }
}

void LogWriter::open_again() {
    if (path_.empty()) { return; }
    const int fd = open_to_append(path_);
    if (fd < 0) {
        // The old file is still there under another name: better than nothing.
        log_event(Severity::error, "access_log_reopen_failed",
                  {{"path", path_}, {"reason", system_error(errno).message()}});
        return;
    }
    ::close(std::exchange(fd_, fd));
    mid_line_ = false;
}

void LogWriter::write_lines(std::string_view lines) {
    if (mid_line_ && ::write(fd_, "\n", 1) == 1) { mid_line_ = false; }
    while (!lines.empty()) {
        if (!is_file_ && !wait_until_writable()) { return lose(lines, EAGAIN); }
        const ssize_t written = ::write(fd_, lines.data(), next_write(lines));
        if (written < 0) {
            if (errno == EINTR || errno == EAGAIN) { continue; }
            return lose(lines, errno);
        }
        const auto count = static_cast<std::size_t>(written);
        if (count > 0) { mid_line_ = lines[count - 1] != '\n'; }
        lines.remove_prefix(count);
    }
}

/// To a pipe: whole lines up to PIPE_BUF bytes, which it takes at once or not at all once poll()
/// says so; to a file: everything.
std::size_t LogWriter::next_write(std::string_view lines) const noexcept {
    if (is_file_ || lines.size() <= PIPE_BUF) { return lines.size(); }
    const std::size_t last_end = lines.substr(0, PIPE_BUF).rfind('\n');
    return last_end == std::string_view::npos ? PIPE_BUF : last_end + 1;
}

/// Waits as long as it takes while the process runs; for a second in all once it ends. An error
/// condition counts as writable: the write will name it.
bool LogWriter::wait_until_writable() {
    pollfd state{fd_, POLLOUT, 0};
    while (poll(&state, 1, poll_milliseconds) <= 0) {
        if (stopping_.load(std::memory_order_relaxed) && --patience_ <= 0) { return false; }
    }
    return true;
}

void LogWriter::lose(std::string_view lines, int reason) {
    lost_lines_.fetch_add(static_cast<std::uint64_t>(std::ranges::count(lines, '\n')),
                          std::memory_order_relaxed);
    log_event(Severity::error, "access_log_write_failed",
              {{"reason", system_error(reason).message()}});
}

}  // namespace spillway
