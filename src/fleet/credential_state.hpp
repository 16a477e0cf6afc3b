// What workers and pages know of one credential at any moment, and the one thing workers say about
// it. Its keeper (identity) writes, everybody reads; nothing secret is in here.
#pragma once

#include "spillway/time.hpp"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace spillway {

/// How the last attempt to get a token went wrong: a closed set, for pages.
enum class TokenTrouble : std::uint8_t {
    none,
    unreachable,  ///< no answer, or not in time
    busy,         ///< 404, 410, 429, 5xx: to be asked again
    refused,      ///< any other status: somebody has to change something
    malformed,    ///< an answer without a usable token
    no_proof,     ///< the secret, the certificate or the federated token cannot be read
};
[[nodiscard]] std::string_view name(TokenTrouble trouble) noexcept;

/// Taken for usable until its keeper has looked: where there is no keeper (`explain` beside a
/// table) the question is what the table would do.
class CredentialState {
public:
    [[nodiscard]] bool usable(TimePoint now) const noexcept { return now < usable_until(); }
    [[nodiscard]] TimePoint usable_until() const noexcept {
        return TimePoint(Duration(usable_until_.load(std::memory_order_relaxed)));
    }
    void usable_until(TimePoint when) noexcept {
        usable_until_.store(when.time_since_epoch().count(), std::memory_order_relaxed);
    }

    /// An upstream has answered 401: the keeper may want to get another token. Any thread.
    void note_refusal() noexcept { refused_.store(true, std::memory_order_relaxed); }
    /// True once after any number of notes.
    [[nodiscard]] bool take_refusal() noexcept {
        return refused_.load(std::memory_order_relaxed) && refused_.exchange(false);
    }

    void count_refresh() noexcept {
        refreshed_.fetch_add(1, std::memory_order_relaxed);
        trouble_.store(TokenTrouble::none, std::memory_order_relaxed);
    }
    void count_failure(TokenTrouble trouble) noexcept {
        failed_.fetch_add(1, std::memory_order_relaxed);
        trouble_.store(trouble, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t refreshed() const noexcept { return refreshed_.load(); }
    [[nodiscard]] std::uint64_t failed() const noexcept { return failed_.load(); }
    /// Of the last attempt.
    [[nodiscard]] TokenTrouble trouble() const noexcept { return trouble_.load(); }

private:
    std::atomic<Duration::rep> usable_until_{never.time_since_epoch().count()};
    std::atomic<bool> refused_{false};
    std::atomic<std::uint64_t> refreshed_{0};
    std::atomic<std::uint64_t> failed_{0};
    std::atomic<TokenTrouble> trouble_{TokenTrouble::none};
};

}  // namespace spillway
