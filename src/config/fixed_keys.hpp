// The keys that count once, when the process starts: a reload tells of a change in them and leaves
// it for the next start. Reload and documentation read the same list.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace spillway {

struct FixedKey {
    std::string_view section;
    std::string_view key;  ///< with the dot before it; empty: the section as a whole
};

inline constexpr std::array fixed_keys = {
    FixedKey{"listen", ""},
    FixedKey{"admin", ".listen"},
    FixedKey{"admin", ".token"},
    FixedKey{"admin", ".hosts"},
    FixedKey{"workers", ""},
    FixedKey{"log", ".access"},
    FixedKey{"audit", ".to"},
    FixedKey{"audit", ".rotate_bytes"},
    FixedKey{"audit", ".rotate_keep"},
    FixedKey{"audit", ".when_full"},
    FixedKey{"audit", ".redact"},
    FixedKey{"ledger", ".path"},
};

/// `path`: dotted, as in `admin.listen`.
[[nodiscard]] constexpr bool is_fixed(std::string_view path) noexcept {
    return std::ranges::any_of(fixed_keys, [path](const FixedKey& fixed) {
        return path.starts_with(fixed.section) && path.substr(fixed.section.size()) == fixed.key;
    });
}

}  // namespace spillway
