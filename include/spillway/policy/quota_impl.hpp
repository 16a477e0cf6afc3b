// Bodies of quota.hpp: which windows a request passes, in which order, and what corrects them.
#pragma once

#include "spillway/policy/quota.hpp"

#include <algorithm>
#include <limits>

namespace spillway {

namespace quota_detail {

inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();
inline constexpr std::uint64_t half_word_max = std::numeric_limits<std::uint32_t>::max();
// How long an upstream's lowered limit is believed without a new report: without an end, a limit
// that keeps every request away would also keep away the answer that raises it.
inline constexpr std::int32_t report_seconds_max = 60;
inline constexpr Duration minute = std::chrono::seconds(60);

// Amounts as the windows take them: not negative, below 2^32.
constexpr std::uint64_t amount(std::int64_t value) noexcept {
    return std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(0, value)), half_word_max);
}

constexpr std::uint32_t second_of(TimePoint now) noexcept {
    return static_cast<std::uint32_t>(now.time_since_epoch() / std::chrono::seconds(1));
}

}  // namespace quota_detail

template <class Word>
QuotaAnswer Quota<Word>::would_admit(Tokens estimate, TimePoint now) const noexcept {
    if (is_too_big(estimate)) { return QuotaAnswer::too_big; }
    if (requests_.sum(now) >= requests_max() || burst_.sum(now) >= burst_max()) {
        return QuotaAnswer::requests_full;
    }
    const std::uint64_t limit = tokens_max(now);
    const std::uint64_t used = tokens_.sum(now);
    const bool fits = used <= limit && quota_detail::amount(estimate) <= limit - used;
    return fits ? QuotaAnswer::admitted : QuotaAnswer::tokens_full;
}

template <class Word>
QuotaAnswer Quota<Word>::reserve(Tokens estimate, TimePoint now) noexcept {
    if (is_too_big(estimate)) { return QuotaAnswer::too_big; }
    if (!take_request(now)) { return QuotaAnswer::requests_full; }
    if (!tokens_.take(quota_detail::amount(estimate), tokens_max(now), now)) {
        give_request_back(now, now);
        return QuotaAnswer::tokens_full;
    }
    return QuotaAnswer::admitted;
}

template <class Word>
void Quota<Word>::give_back(const Reservation& reservation, TimePoint now) noexcept {
    tokens_.give_back(quota_detail::amount(reservation.tokens), reservation.at, now);
    give_request_back(reservation.at, now);
}

template <class Word>
void Quota<Word>::settle(const Reservation& reservation, Tokens actual, TimePoint now) noexcept {
    const Tokens reserved = reservation.tokens;
    if (actual > reserved) { tokens_.add(quota_detail::amount(actual - reserved), now, now); }
    if (actual < reserved && settle_actual_.load() != 0) {
        tokens_.give_back(quota_detail::amount(reserved - actual), reservation.at, now);
    }
}

template <class Word>
void Quota<Word>::apply_hint(const QuotaHint& hint, TimePoint sent_at, TimePoint now) noexcept {
    const std::uint64_t limit_told = quota_detail::amount(hint.limit_tokens.value_or(0));
    if (limit_told > 0) {
        reported_.store(std::uint64_t{quota_detail::second_of(now)} << 32U | limit_told);
    }
    const std::uint64_t limit = tokens_max(now);
    if (hint.remaining_tokens && limit != quota_detail::unlimited) {
        const std::uint64_t remaining = quota_detail::amount(*hint.remaining_tokens);
        // Against the whole sum, later reservations included: the header may or may not have seen
        // those, and charging them twice would cost capacity in every answer.
        tokens_.raise_to(limit - std::min(limit, remaining), sent_at, now);
    }
    const std::uint64_t share = burst_max();
    if (hint.remaining_requests && share != quota_detail::unlimited) {
        const std::uint64_t remaining = quota_detail::amount(*hint.remaining_requests);
        burst_.raise_to(share - std::min(share, remaining), sent_at, now);
    }
}

template <class Word>
TimePoint Quota<Word>::ready_at(Tokens estimate, TimePoint now) const noexcept {
    if (is_too_big(estimate)) { return never; }
    const std::uint64_t limit = tokens_max(now);
    const std::uint64_t needed = quota_detail::amount(estimate);
    // Above a lowered limit it waits for the upstream to raise it, or for the report to age.
    const TimePoint tokens_at = needed > limit ? now + quota_detail::minute
                                               : tokens_.falls_to(limit - needed, now);
    const TimePoint requests_at = requests_.falls_to(requests_max() - 1, now);
    const TimePoint burst_at = burst_.falls_to(burst_max() - 1, now);
    return std::max({tokens_at, requests_at, burst_at});
}

template <class Word>
Tokens Quota<Word>::tokens_used(TimePoint now) const noexcept {
    return static_cast<Tokens>(tokens_.sum(now));
}

template <class Word>
std::int64_t Quota<Word>::requests_used(TimePoint now) const noexcept {
    return static_cast<std::int64_t>(requests_.sum(now));
}

template <class Word>
Tokens Quota<Word>::token_limit(TimePoint now) const noexcept {
    const std::uint64_t limit = tokens_max(now);
    return limit == quota_detail::unlimited ? 0 : static_cast<Tokens>(limit);
}

template <class Word>
QuotaLimits Quota<Word>::limits() const noexcept {
    return {.tpm = static_cast<Tokens>(tpm_.load()),
            .rpm = static_cast<std::int64_t>(rpm_.load()),
            .settle_actual = settle_actual_.load() != 0};
}

template <class Word>
void Quota<Word>::rescale(const QuotaLimits& limits) noexcept {
    tpm_.store(quota_detail::amount(limits.tpm));
    rpm_.store(quota_detail::amount(limits.rpm));
    settle_actual_.store(limits.settle_actual ? 1 : 0);
}

template <class Word>
std::uint64_t Quota<Word>::tokens_max(TimePoint now) const noexcept {
    const std::uint64_t configured = tpm_.load();
    if (configured == 0) { return quota_detail::unlimited; }
    const std::uint64_t reported = reported_.load();
    const std::uint64_t limit = reported & quota_detail::half_word_max;
    const auto reported_second = static_cast<std::uint32_t>(reported >> 32U);
    const auto age = static_cast<std::int32_t>(quota_detail::second_of(now) - reported_second);
    const bool fresh = limit > 0 && age < quota_detail::report_seconds_max;
    return fresh ? std::min(configured, limit) : configured;
}

template <class Word>
std::uint64_t Quota<Word>::requests_max() const noexcept {
    const std::uint64_t configured = rpm_.load();
    return configured == 0 ? quota_detail::unlimited : configured;
}

// A sixth of the minute's, at least one.
template <class Word>
std::uint64_t Quota<Word>::burst_max() const noexcept {
    const std::uint64_t configured = rpm_.load();
    return configured == 0 ? quota_detail::unlimited : (configured + 5) / 6;
}

template <class Word>
bool Quota<Word>::is_too_big(Tokens estimate) const noexcept {
    const std::uint64_t configured = tpm_.load();
    return configured != 0 && quota_detail::amount(estimate) > configured;
}

template <class Word>
bool Quota<Word>::take_request(TimePoint now) noexcept {
    if (!burst_.take(1, burst_max(), now)) { return false; }
    if (requests_.take(1, requests_max(), now)) { return true; }
    burst_.give_back(1, now, now);
    return false;
}

template <class Word>
void Quota<Word>::give_request_back(TimePoint at, TimePoint now) noexcept {
    requests_.give_back(1, at, now);
    burst_.give_back(1, at, now);
}

}  // namespace spillway
