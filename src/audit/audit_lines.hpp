// An audit file line by line, in bounded memory: what reads such files (`verify`, reports) need not
// care how large they are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

/// No line of ours is longer: two bodies at their bound, escaped. Of others the rest is left out.
inline constexpr std::size_t audit_line_read_max = std::size_t{16} * 1024 * 1024;

/// Large: not for the stack.
class AuditLines {
public:
    explicit AuditLines(const std::string& path) : file_(std::fopen(path.c_str(), "rb")) {}
    [[nodiscard]] bool is_open() const noexcept { return file_ != nullptr; }
    /// The next line without its end, valid until the next call; none at the end of the file.
    [[nodiscard]] std::optional<std::string_view> next();
    /// The last line came without its end.
    [[nodiscard]] bool unfinished() const noexcept { return unfinished_; }

private:
    struct CloseFile {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };
    bool fill();

    std::unique_ptr<std::FILE, CloseFile> file_;
    std::array<char, std::size_t{64} * 1024> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string line_;
    bool unfinished_ = false;
};

}  // namespace spillway
