// A deployment's TPM and RPM as its provider counts them, mirrored before sending so that a full
// deployment is left alone before it says 429. Azure charges its own estimate at admission and
// gives nothing back (azure-protocol.md §3.1), and it evaluates RPM over 10 s as well (§3.2); both
// are modelled here, headers correct it downwards. Bodies: quota_impl.hpp.
#pragma once

#include "spillway/ids.hpp"
#include "spillway/policy/window.hpp"
#include "spillway/time.hpp"

#include <cstdint>
#include <optional>

namespace spillway {

struct QuotaLimits {
    Tokens tpm = 0;              ///< 0: unlimited; at most 2^31
    std::int64_t rpm = 0;        ///< 0: unlimited; at most 2^31
    bool settle_actual = false;  ///< give unused tokens back (providers that charge usage)

    friend bool operator==(const QuotaLimits&, const QuotaLimits&) = default;
};

/// What an admitted attempt holds; settle or give back exactly once.
struct Reservation {
    TimePoint at{};  ///< the `now` of `reserve`
    Tokens tokens = 0;
};

/// Absent fields: header missing, negative or not applicable (azure-protocol.md §3.3).
struct QuotaHint {
    std::optional<Tokens> remaining_tokens{};
    std::optional<std::int64_t> remaining_requests{};
    std::optional<Tokens> limit_tokens{};
};

enum class QuotaAnswer : std::uint8_t {
    admitted,
    tokens_full,    ///< the minute's tokens
    requests_full,  ///< the minute's requests or the 10 s share of them
    too_big,        ///< larger than the configured limit: never retry here
};

/// Never admits more than the limits into any 60 s, under any interleaving (window.hpp). Unlimited
/// dimensions are counted all the same. Everything several threads touch is a `Word`.
template <class Word>
class Quota {
public:
    explicit Quota(const QuotaLimits& limits) noexcept { rescale(limits); }

    [[nodiscard]] QuotaAnswer would_admit(Tokens estimate, TimePoint now) const noexcept;
    /// Takes requests first, then tokens; on refusal everything taken is given back.
    [[nodiscard]] QuotaAnswer reserve(Tokens estimate, TimePoint now) noexcept;

    /// The attempt was never sent.
    void give_back(const Reservation& reservation, TimePoint now) noexcept;
    /// The attempt's true usage. Above the reservation: debt, charged now, because a long answer
    /// must not be forgiven what it used. Below: kept, or given back when `settle_actual`.
    void settle(const Reservation& reservation, Tokens actual, TimePoint now) noexcept;

    /// Follows the upstream down, never up: what it has counted beyond us is charged to the slot in
    /// which the request was sent. Remaining requests are compared with the 10 s share (observed
    /// Azure behaviour). A lower token limit rules until a later header raises it again, up to the
    /// configured one, or nobody has confirmed it for a minute. Unlimited tokens ignore hints.
    void apply_hint(const QuotaHint& hint, TimePoint sent_at, TimePoint now) noexcept;

    /// Earliest time at which `estimate` could be admitted, given what is counted now; `never` when
    /// it is too big.
    [[nodiscard]] TimePoint ready_at(Tokens estimate, TimePoint now) const noexcept;
    [[nodiscard]] Tokens tokens_used(TimePoint now) const noexcept;
    [[nodiscard]] std::int64_t requests_used(TimePoint now) const noexcept;
    [[nodiscard]] Tokens token_limit(TimePoint now) const noexcept;  ///< effective; 0: unlimited
    [[nodiscard]] QuotaLimits limits() const noexcept;

    /// Other limits for the same counts (a reload); traffic may be running.
    void rescale(const QuotaLimits& limits) noexcept;

private:
    [[nodiscard]] std::uint64_t tokens_max(TimePoint now) const noexcept;
    [[nodiscard]] std::uint64_t requests_max() const noexcept;
    [[nodiscard]] std::uint64_t burst_max() const noexcept;
    [[nodiscard]] bool is_too_big(Tokens estimate) const noexcept;
    [[nodiscard]] bool take_request(TimePoint now) noexcept;
    void give_request_back(TimePoint at, TimePoint now) noexcept;

    SlidingWindow<Word, 61> tokens_{std::chrono::seconds(1)};
    SlidingWindow<Word, 61> requests_{std::chrono::seconds(1)};
    // 10 s in slots fine enough to leave 97.5 % of the share usable.
    SlidingWindow<Word, 41> burst_{std::chrono::milliseconds(250)};
    Word tpm_{0};
    Word rpm_{0};
    Word settle_actual_{0};
    // The upstream's own token limit: {second of the report: 32 bits, limit: 32 bits}; 0: none.
    Word reported_{0};
};

}  // namespace spillway

#include "spillway/policy/quota_impl.hpp"
