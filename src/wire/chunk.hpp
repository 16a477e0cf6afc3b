// Chunked coding towards callers (RFC 9112 §7.1): one chunk for each piece that is relayed, no
// extensions, no trailers.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace spillway {

/// "1f\r\n"; lives as long as its view is used.
class ChunkHead {
public:
    explicit ChunkHead(std::size_t payload_bytes) noexcept {
        char* end = std::to_chars(text_.data(), text_.data() + digits_max, payload_bytes, 16).ptr;
        *end = '\r';
        *(end + 1) = '\n';
        size_ = static_cast<std::size_t>(end - text_.data()) + 2;
    }
    [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }

private:
    static constexpr std::size_t digits_max = 2 * sizeof(std::size_t);

    std::array<char, digits_max + 2> text_;
    std::size_t size_;
};

inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace spillway
