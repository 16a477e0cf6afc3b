#include "wire/marker.hpp"

#include <cstdint>
#include <cstring>

namespace spillway {

namespace {

// Candidates are compared sixteen at a time. A vector extension of both compilers instead of
// intrinsics: it is the same source for x86-64 and arm64.
using Block = std::uint8_t __attribute__((vector_size(16)));
using Halves = std::uint64_t __attribute__((vector_size(16)));

Block load(const char* from) noexcept {
    Block block;
    std::memcpy(&block, from, sizeof block);
    return block;
}

/// Which of sixteen positions start with `first`, `second`: those bytes are not zero.
Block pairs(const char* at, std::uint8_t first, std::uint8_t second) noexcept {
    return reinterpret_cast<Block>((load(at) == first) & (load(at + 1) == second));
}

bool any(Block block) noexcept {
    const auto halves = reinterpret_cast<Halves>(block);
    return (halves[0] | halves[1]) != 0;
}

}  // namespace

std::size_t find_marker(std::string_view text, std::string_view marker) noexcept {
    constexpr std::size_t step = 2 * sizeof(Block);
    const auto first = static_cast<std::uint8_t>(marker[0]);
    const auto second = static_cast<std::uint8_t>(marker[1]);
    std::size_t i = 0;
    for (; i + step < text.size(); i += step) {
        const char* const at = text.data() + i;
        if (!any(pairs(at, first, second) | pairs(at + sizeof(Block), first, second))) { continue; }
        const std::size_t found = text.substr(i, step + marker.size() - 1).find(marker);
        if (found != std::string_view::npos) { return i + found; }
    }
    return text.find(marker, i);
}

}  // namespace spillway
