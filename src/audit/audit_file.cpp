#include "audit/audit_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

namespace spillway {

namespace {

constexpr std::size_t number_digits = 15;
constexpr std::size_t piece_bytes = std::size_t{64} * 1024;

boost::system::error_code system_error(int value) {
    return {value, boost::system::system_category()};
}

/// -1: errno says why. EWOULDBLOCK: another process writes it.
int open_locked(const std::string& path) {
    // O_NONBLOCK: a FIFO without a reader is an error to report, not a start that hangs.
    const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                          0640);
    if (fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        const int reason = errno;
        ::close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

/// The last line that ends, and what stands behind it. Read backwards, a piece at a time.
boost::system::result<AuditTail, std::string> tail_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) { return "cannot read the audit file " + path + ", so its chain cannot go on"; }
    std::string text;
    for (auto rest = static_cast<std::size_t>(file.tellg()); rest > 0;) {
        const std::size_t bytes = std::min(rest, piece_bytes);
        rest -= bytes;
        std::string piece(bytes, '\0');
        file.seekg(static_cast<std::streamoff>(rest));
        file.read(piece.data(), static_cast<std::streamsize>(bytes));
        text.insert(0, piece);
        const std::size_t end = text.rfind('\n');
        if (end == std::string::npos) { continue; }
        const std::size_t begin = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
        if (begin == std::string::npos && rest > 0) { continue; }
        const std::size_t from = begin == std::string::npos ? 0 : begin + 1;
        const auto seal = seal_of(std::string_view(text).substr(from, end - from));
        if (seal) { return AuditTail{seal->after(), text.size() - end - 1}; }
        return path + " does not end in a line of an audit stream: move it away";
    }
    return AuditTail{AuditChain{}, text.size()};
}

/// Number of the file's first line; 0 when it has none.
std::uint64_t first_number(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string line;
    std::getline(file, line);
    const auto seal = seal_of(line);
    return seal ? seal->number : 0;
}

std::string numbered(const std::string& path, std::uint64_t number) {
    std::string digits = std::to_string(number);
    digits.insert(0, number_digits - std::min(number_digits, digits.size()), '0');
    return path + "." + digits;
}

}  // namespace

boost::system::result<AuditFile, std::string> AuditFile::open(const std::string& destination) {
    if (destination == "stdout") { return AuditFile({}, STDOUT_FILENO); }
    const int fd = open_locked(destination);
    if (fd >= 0) { return AuditFile(destination, fd); }
    if (errno == EWOULDBLOCK) {
        return "the audit file " + destination + " is being written by another process";
    }
    return "cannot open the audit file " + destination + ": " + system_error(errno).message();
}

AuditFile::AuditFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) { take(fd); }

AuditFile::AuditFile(AuditFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      is_regular_(other.is_regular_),
      size_(other.size_) {}

AuditFile::~AuditFile() {
    if (fd_ >= 0 && fd_ != STDOUT_FILENO) { ::close(fd_); }
}

void AuditFile::take(int fd) {
    fd_ = fd;
    struct stat status {};
    const bool known = ::fstat(fd_, &status) == 0;
    is_regular_ = known && S_ISREG(status.st_mode);
    size_ = is_regular_ ? static_cast<std::uint64_t>(status.st_size) : 0;
}

boost::system::result<AuditTail, std::string> AuditFile::tail() const {
    if (!is_named()) { return AuditTail{}; }
    if (size_ > 0) { return tail_of(path_); }
    const std::vector<std::string> before = rotated();
    if (before.empty()) { return AuditTail{}; }
    auto last = tail_of(before.back());
    if (last) { last->torn = 0; }
    return last;
}

boost::system::result<std::size_t> AuditFile::write_some(std::string_view lines,
                                                         std::chrono::milliseconds patience) {
    std::size_t bytes = lines.size();
    if (!is_regular_) {
        pollfd state{fd_, POLLOUT, 0};
        if (::poll(&state, 1, static_cast<int>(patience.count())) <= 0) {
            return system_error(EAGAIN);
        }
        // What a pipe takes at once when poll() says so: longer writes could block.
        bytes = std::min<std::size_t>(bytes, PIPE_BUF);
        const std::size_t last_end = lines.substr(0, bytes).rfind('\n');
        if (last_end != std::string_view::npos) { bytes = last_end + 1; }
    }
    const ssize_t written = ::write(fd_, lines.data(), bytes);
    if (written < 0) { return system_error(errno); }
    size_ += static_cast<std::uint64_t>(written);
    return static_cast<std::size_t>(written);
}

boost::system::error_code AuditFile::sync() {
    if (is_regular_ && ::fdatasync(fd_) != 0) { return system_error(errno); }
    return {};
}

bool AuditFile::is_gone() const noexcept {
    if (!is_named()) { return false; }
    struct stat ours {};
    struct stat there {};
    if (::fstat(fd_, &ours) != 0 || ::stat(path_.c_str(), &there) != 0) { return true; }
    return ours.st_ino != there.st_ino || ours.st_dev != there.st_dev;
}

boost::system::error_code AuditFile::reopen() {
    const int fd = open_locked(path_);
    if (fd < 0) { return system_error(errno); }
    ::close(fd_);
    take(fd);
    return {};
}

boost::system::error_code AuditFile::rotate(std::size_t keep) {
    const std::string name = numbered(path_, first_number(path_));
    if (::rename(path_.c_str(), name.c_str()) != 0) { return system_error(errno); }
    const int fd = open_locked(path_);
    if (fd < 0) {
        const int reason = errno;
        std::rename(name.c_str(), path_.c_str());
        return system_error(reason);
    }
    ::close(fd_);
    take(fd);
    std::vector<std::string> before = rotated();
    while (before.size() > keep) {
        ::unlink(before.front().c_str());
        before.erase(before.begin());
    }
    return {};
}

/// Oldest first.
std::vector<std::string> AuditFile::rotated() const {
    namespace fs = std::filesystem;
    const fs::path own(path_);
    const std::string prefix = own.filename().string() + ".";
    const fs::path directory = own.has_parent_path() ? own.parent_path() : fs::path(".");
    std::vector<std::string> found;
    std::error_code ec;
    for (fs::directory_iterator entry(directory, ec), end; !ec && entry != end;
         entry.increment(ec)) {
        const std::string name = entry->path().filename().string();
        if (name.size() != prefix.size() + number_digits || !name.starts_with(prefix)) { continue; }
        if (name.find_first_not_of("0123456789", prefix.size()) != std::string::npos) { continue; }
        found.push_back(entry->path().string());
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace spillway
