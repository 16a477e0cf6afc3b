#include "wire/marker.hpp"

#include "base/block.hpp"

#include <cstdint>

namespace spillway {

namespace {

/// Which of sixteen positions start with `first`, `second`: those bytes are not zero.
Block pairs(const char* at, std::uint8_t first, std::uint8_t second) noexcept {
    return reinterpret_cast<Block>((load_block(at) == first) & (load_block(at + 1) == second));
}

}  // namespace

std::size_t find_marker(std::string_view text, std::string_view marker) noexcept {
    constexpr std::size_t step = 2 * sizeof(Block);
    const auto first = static_cast<std::uint8_t>(marker[0]);
    const auto second = static_cast<std::uint8_t>(marker[1]);
    std::size_t i = 0;
    for (; i + step < text.size(); i += step) {
        const char* const at = text.data() + i;
        const Block found_any = pairs(at, first, second) | pairs(at + sizeof(Block), first, second);
        if (marks(found_any) == 0) { continue; }
        const std::size_t found = text.substr(i, step + marker.size() - 1).find(marker);
        if (found != std::string_view::npos) { return i + found; }
    }
    return text.find(marker, i);
}

}  // namespace spillway
