// What an upstream's answer head says about limits and waiting, as values: retry-after-ms,
// x-ms-retry-after-ms, retry-after (seconds or date), x-ratelimit-* in Azure's and OpenAI's
// spellings (azure-protocol.md §3.3). Missing, negative or absurd values are absent.
#pragma once

#include "spillway/ids.hpp"
#include "spillway/time.hpp"
#include "wire/head.hpp"

#include <cstdint>
#include <optional>

namespace spillway {

/// Durations up to `hint_max` are believed to be meant, however little anyone wants to wait that
/// long (86400 s occurs: §3.5); what is longer is absent.
inline constexpr Duration hint_max = std::chrono::hours(24 * 366);

struct Hints {
    /// Of the first usable one of retry-after-ms, x-ms-retry-after-ms, retry-after. Not clamped; 0
    /// for a date in the past.
    std::optional<Duration> retry_after;
    std::optional<Tokens> remaining_tokens;
    std::optional<std::int64_t> remaining_requests;
    std::optional<Tokens> limit_tokens;
    /// Absent also when the counter beside it is Azure's sentinel -1.
    std::optional<Duration> reset_tokens;
    std::optional<Duration> reset_requests;
    /// x-ms-spillover-from-deployment, x-ms-is-spilled-over (azure-protocol.md §3.4).
    bool spilled_over = false;
};

/// `wall` is only used to turn an HTTP date into a duration. Of a repeated field the first counts.
[[nodiscard]] Hints parse_hints(const Fields& fields, WallTime wall) noexcept;

}  // namespace spillway
