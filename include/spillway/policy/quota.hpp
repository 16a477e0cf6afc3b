// A deployment's TPM and RPM as its provider counts them, mirrored before sending so that a full deployment is left
// alone before it says 429. Azure charges its own estimate at admission and gives nothing back (azure-protocol.md
// §3.1), and it evaluates RPM over 10 s as well (§3.2); both are modelled here, headers correct it downwards.
#pragma once

#include "spillway/ids.hpp"
#include "spillway/policy/window.hpp"
#include "spillway/time.hpp"

#include <optional>

namespace spillway {

struct QuotaLimits {
    Tokens tpm = 0;          ///< 0: unlimited; at most 2^31
    std::int64_t rpm = 0;    ///< 0: unlimited
    bool settle_actual = false;  ///< give unused tokens back (providers that charge usage)
};

/// What an admitted attempt holds; settle or give back exactly once.
struct Reservation {
    TimePoint at{};
    Tokens tokens = 0;
};

/// Absent fields: header missing, negative or not applicable (azure-protocol.md §3.3).
struct QuotaHint {
    std::optional<Tokens> remaining_tokens;
    std::optional<std::int64_t> remaining_requests;
    std::optional<Tokens> limit_tokens;
};

enum class QuotaAnswer : std::uint8_t {
    admitted,
    tokens_full,    ///< the minute's tokens
    requests_full,  ///< the minute's requests or the 10 s share of them
    too_big,        ///< could not fit into an empty window: never retry here
};

template <class Word>
class Quota {
public:
    explicit Quota(const QuotaLimits& limits) noexcept;

    [[nodiscard]] QuotaAnswer would_admit(Tokens estimate, TimePoint now) const noexcept;
    /// Takes requests first, then tokens; on refusal everything taken is given back.
    [[nodiscard]] QuotaAnswer reserve(Tokens estimate, TimePoint now) noexcept;

    /// The attempt was never sent.
    void give_back(const Reservation& reservation, TimePoint now) noexcept;
    /// The attempt's true usage. Above the reservation: debt. Below: kept, or given back when `settle_actual`.
    void settle(const Reservation& reservation, Tokens actual, TimePoint now) noexcept;

    /// Follows the upstream down, never up: the difference is charged to the slot in which the request was sent.
    /// Remaining requests are compared with the 10 s share (observed Azure behaviour), the token limit lowers
    /// ours until a later header raises it again, up to the configured one.
    void apply_hint(const QuotaHint& hint, TimePoint sent_at, TimePoint now) noexcept;

    /// Earliest time at which `estimate` could be admitted, given what is counted now.
    [[nodiscard]] TimePoint ready_at(Tokens estimate, TimePoint now) const noexcept;
    [[nodiscard]] Tokens tokens_used(TimePoint now) const noexcept;
    [[nodiscard]] std::int64_t requests_used(TimePoint now) const noexcept;
    [[nodiscard]] Tokens token_limit() const noexcept;  ///< effective; 0: unlimited
    [[nodiscard]] const QuotaLimits& limits() const noexcept;

    /// Takes over the counts of `other`, for a reload that changed the limits.
    void rescale(const QuotaLimits& limits) noexcept;
};

}  // namespace spillway
