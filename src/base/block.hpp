// Sixteen bytes in one register: the scans that look at every byte of a request (field values, JSON
// strings, texts for a log line, markers in a stream) ask their question of sixteen at a time. A
// vector extension of both compilers instead of intrinsics: the same source for x86-64 and arm64.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace spillway {

/// Comparing blocks (`block == 'x'`, `block < 0x20`; bytes are unsigned) gives a block whose bytes
/// are all ones where it holds and zero elsewhere.
using Block = std::uint8_t __attribute__((vector_size(16)));

/// `from` has sixteen readable bytes.
[[nodiscard]] inline Block load_block(const char* from) noexcept {
    Block block;
    std::memcpy(&block, from, sizeof block);
    return block;
}

/// Bit i is the highest bit of byte i.
[[nodiscard]] inline std::uint32_t marks(Block block) noexcept {
#if defined(__SSE2__)
    return static_cast<std::uint32_t>(_mm_movemask_epi8(reinterpret_cast<__m128i>(block)));
#else
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < sizeof block; ++i) { bits |= std::uint32_t{block[i]} >> 7U << i; }
    return bits;
#endif
}

/// Position of the first mark; `bits` is not 0.
[[nodiscard]] inline std::size_t first_mark(std::uint32_t bits) noexcept {
    return static_cast<std::size_t>(std::countr_zero(bits));
}

}  // namespace spillway
