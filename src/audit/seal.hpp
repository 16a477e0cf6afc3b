// The hash chain: every line carries its number, the hash of the line before and its own, so that
// no line can be changed, removed or moved without everything behind it showing. Text only, so that
// the writer and `spillway audit verify` share it and anybody can check it with sha256sum
// (docs/audit.md).
#pragma once

#include "audit/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

/// Where a chain stands: behind its last line.
struct AuditChain {
    std::uint64_t lines = 0;
    std::string last_hash = std::string(digest_characters, '0');
    friend bool operator==(const AuditChain&, const AuditChain&) = default;
};

/// What a sealed line says about its place.
struct Seal {
    std::uint64_t number = 0;
    std::string_view previous;
    std::string_view hash;
    std::string_view hashed;  ///< the bytes it is the hash of: everything before `,"hash"`
    [[nodiscard]] bool is_intact() const { return sha256_hex(hashed) == hash; }
    [[nodiscard]] AuditChain after() const { return {number, std::string(hash)}; }
};

/// Appends `object`, a JSON object on one line without a line end, with its seal and a line end.
void append_sealed(std::string& out, std::string_view object, AuditChain& chain);
/// How much longer a line gets by it.
inline constexpr std::size_t seal_bytes_max = 192;

/// Of a line without its line end; none when it does not end in one. Views into `line`.
[[nodiscard]] std::optional<Seal> seal_of(std::string_view line);

}  // namespace spillway
