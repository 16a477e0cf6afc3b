// What an upstream's answer head says about limits and waiting, as values: retry-after-ms, x-ms-retry-after-ms, retry-after
// (seconds or date), x-ratelimit-* in Azure's and OpenAI's spellings (azure-protocol.md §3.3). Missing, negative or absurd
// values are absent.
#pragma once

#include "spillway/ids.hpp"
#include "spillway/time.hpp"
#include "wire/head.hpp"

#include <cstdint>
#include <optional>

namespace spillway {

struct Hints {
    std::optional<Duration> retry_after;  ///< not clamped; 0 for a date in the past
    std::optional<Tokens> remaining_tokens;
    std::optional<std::int64_t> remaining_requests;
    std::optional<Tokens> limit_tokens;
    std::optional<Duration> reset_tokens;
    std::optional<Duration> reset_requests;
    bool spilled_over = false;  ///< x-ms-spillover-from-deployment / x-ms-is-spilled-over (azure-protocol.md §3.4)
};

/// `wall` is only used to turn an HTTP date into a duration.
[[nodiscard]] Hints parse_hints(const Fields& fields, WallTime wall) noexcept;

}  // namespace spillway
