// Where audit lines go: a file that is rotated by size, or stdout. Knows descriptors and names,
// nothing of lines but where they end. Used by the writer's thread only.
#pragma once

#include "audit/seal.hpp"

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// What a file was found to end with.
struct AuditTail {
    AuditChain chain;      ///< behind its last whole line
    std::size_t torn = 0;  ///< bytes behind that line, left by a crash
};

class AuditFile {
public:
    /// `destination`: "stdout" or a path (created with mode 0640, and locked: one chain has one
    /// writer). The error is text for a start-up message.
    [[nodiscard]] static boost::system::result<AuditFile, std::string> open(const std::string&
                                                                                destination);
    AuditFile(AuditFile&& other) noexcept;
    AuditFile& operator=(AuditFile&&) = delete;
    ~AuditFile();

    /// Where the chain goes on: of this file, or of the newest rotated one when this is empty. The
    /// error: it is no file of ours.
    [[nodiscard]] boost::system::result<AuditTail, std::string> tail() const;

    /// Writes some of it, whole lines if it is a pipe; waits at most `patience` for a pipe.
    [[nodiscard]] boost::system::result<std::size_t> write_some(std::string_view lines,
                                                                std::chrono::milliseconds patience);
    /// To the disk, as far as the system says so.
    [[nodiscard]] boost::system::error_code sync();
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// May be rotated.
    [[nodiscard]] bool is_named() const noexcept { return is_regular_ && !path_.empty(); }
    /// Somebody has removed or moved it.
    [[nodiscard]] bool is_gone() const noexcept;
    /// Opens the path again after somebody moved the file away.
    [[nodiscard]] boost::system::error_code reopen();
    /// Gives the file the name of its first line's number, opens a new one, and deletes the oldest
    /// ones beyond `keep`.
    [[nodiscard]] boost::system::error_code rotate(std::size_t keep);

private:
    AuditFile(std::string path, int fd);
    void take(int fd);
    [[nodiscard]] std::vector<std::string> rotated() const;

    std::string path_;  // empty: stdout
    int fd_;
    bool is_regular_ = false;
    std::uint64_t size_ = 0;
};

}  // namespace spillway
