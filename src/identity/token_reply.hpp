// What a token endpoint's answer means. Written by others and full of dialects (numbers as text,
// three forms of dates: azure-protocol.md §2.2-2.5), so bounded, strict about the token itself and
// patient about everything around it.
#pragma once

#include "fleet/credential_state.hpp"
#include "spillway/config/secret.hpp"
#include "spillway/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace spillway {

struct Token {
    Secret value;                        ///< may stand in a header
    Duration lifetime{};                 ///< from now on, more than 0
    std::optional<Duration> refresh_in;  ///< when the server wants to be asked again
};

struct TokenRefusal {
    TokenTrouble trouble = TokenTrouble::malformed;
    /// 410: IMDS is being upgraded and will be back within 70 s.
    bool upgrading = false;
    std::string code;  ///< the server's word for it, for the log; visible bytes only, short
};

inline constexpr std::size_t token_bytes_max = std::size_t{16} * 1024;
/// Longer lives are believed to be a mistake and cut.
inline constexpr Duration token_lifetime_max = std::chrono::hours(24 * 30);

[[nodiscard]] std::variant<Token, TokenRefusal> read_token_reply(int status, std::string_view body,
                                                                 WallTime now);

/// `expires_on` in any of its forms: seconds since 1970, RFC 3339, an HTTP date.
[[nodiscard]] std::optional<WallTime> parse_expiry(std::string_view text, WallTime now) noexcept;

}  // namespace spillway
