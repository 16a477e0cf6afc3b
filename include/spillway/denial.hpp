// Why a caller is not served: one word each, for metrics and the log. What the caller is told is
// proxy's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway {

enum class Denial : std::uint8_t {
    credential_missing,
    key_invalid,         ///< or shown in a form that no key has
    token_invalid,       ///< its form, signature, issuer, audience ... or whose it is
    token_expired,       ///< right but for its time
    groups_overage,      ///< the token names too many groups to name them
    issuer_unavailable,  ///< its issuer's keys have never been fetched
    certificate_unknown,
    route,      ///< not granted
    operation,  ///< not granted
    output,     ///< asks for a larger answer than granted
    requests,   ///< its requests per minute are used up
    tokens,     ///< its tokens per minute
    streams,    ///< its requests at the same time
    budget,     ///< its day's or month's allowance
};
inline constexpr std::size_t denial_count = 14;

[[nodiscard]] std::string_view name(Denial denial) noexcept;

}  // namespace spillway
