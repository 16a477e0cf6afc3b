// Follows a JSON document that passes in pieces: is it complete, and what is the value of one
// member of its top level? Knows brackets and strings, not grammar: the document is an upstream's
// and goes on to the caller as it is. Separate from the usage tap because this is bytes and that is
// meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

/// Any split into pieces gives the same result. Holds at most `captured_max` bytes.
class JsonTap {
public:
    static constexpr std::size_t captured_max = std::size_t{4} * 1024;
    /// Deeper documents count as broken: never complete, nothing captured.
    static constexpr unsigned depth_max = 64;

    void feed(std::string_view piece);

    /// One object, array or string and nothing but whitespace behind it. A number or a literal
    /// never proves that it is complete.
    [[nodiscard]] bool complete() const noexcept { return ended_ && !broken_; }
    /// Something is certainly missing. Neither this nor `complete` when it cannot be told.
    [[nodiscard]] bool unfinished() const noexcept { return !ended_ && !broken_; }
    /// The object that is the value of the first top-level `usage`, when the piece just fed has
    /// brought its end; else empty. Valid as long as that piece. Cut at `captured_max`, which makes
    /// a longer one unreadable.
    [[nodiscard]] std::string_view usage() const noexcept { return usage_; }

private:
    enum class Capture : std::uint8_t { waiting, running, over };

    [[nodiscard]] std::size_t pass_string(std::string_view piece, std::size_t from) noexcept;
    [[nodiscard]] std::size_t pass_structure(std::string_view piece, std::size_t from);
    /// The current string may be the name of a member of the top level. (So may a value be, but no
    /// colon follows it.)
    [[nodiscard]] bool is_key() const noexcept { return depth_ == 1 && (objects_ & 1U) != 0; }
    void match_key(std::string_view part) noexcept;
    void on_structural(std::string_view piece, std::size_t at);
    void open(char c, std::size_t at) noexcept;
    void close(std::string_view piece, std::size_t at);
    void keep(std::string_view part);

    std::string kept_;              // of the captured object, from pieces before this one
    std::string_view usage_;        // all of it
    std::size_t capture_from_ = 0;  // where in this piece it begins or goes on
    std::uint64_t objects_ = 0;     // bit d: the container at depth d + 1 is an object
    unsigned depth_ = 0;
    std::size_t key_matched_ = 0;  // characters of `usage` that the current string has matched
    bool in_string_ = false;
    bool escaped_ = false;
    bool usage_next_ = false;  // the last string was the name of the member to capture
    bool ended_ = false;
    bool broken_ = false;
    Capture capture_ = Capture::waiting;
};

}  // namespace spillway
