// Finds what should not be kept in plain text: mail addresses, card numbers, account numbers, keys,
// tokens. One small scanner per kind, each linear and bounded in how far it looks; together they
// are the closed set that `audit.redact` may name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway {

enum class PrivateKind : std::uint8_t {
    email,    ///< local part, @, domain
    card,     ///< 13 to 19 digits, blanks and hyphens between, with a right check digit (Luhn)
    iban,     ///< with a right check number (ISO 13616)
    api_key,  ///< of well-known shapes: sk-..., ghp_..., AKIA...
    bearer,   ///< what follows `Bearer`, and JSON Web Tokens
};
inline constexpr std::array<std::string_view, 5> private_kind_names = {"email", "card", "iban",
                                                                       "api_key", "bearer"};

[[nodiscard]] constexpr std::string_view name(PrivateKind kind) noexcept {
    return private_kind_names[static_cast<std::size_t>(kind)];
}

/// Which of them are looked for.
class PrivateKinds {
public:
    void add(PrivateKind kind) noexcept { wanted_[static_cast<std::size_t>(kind)] = true; }
    [[nodiscard]] bool has(PrivateKind kind) const noexcept {
        return wanted_[static_cast<std::size_t>(kind)];
    }

private:
    std::array<bool, private_kind_names.size()> wanted_{};
};

struct PrivateData {
    PrivateKind kind = PrivateKind::email;
    std::size_t begin = 0;
    std::size_t end = 0;  ///< begin == end: nothing
    [[nodiscard]] bool found() const noexcept { return end > begin; }
};

/// The first one that begins at or after `from`.
[[nodiscard]] PrivateData find_private(std::string_view text, std::size_t from,
                                       const PrivateKinds& kinds) noexcept;

}  // namespace spillway
