// What is known of one issuer's keys at any moment, and the one thing workers say about them. Its
// keeper writes, workers read when they meet a token for the first time.
#pragma once

#include "fleet/credential_state.hpp"
#include "identity/key_set.hpp"
#include "spillway/config/caller.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace spillway {

/// Lives outside the tables' snapshots, so that a reload fetches nothing anew. Any thread.
class IssuerState {
public:
    /// Null: never fetched.
    [[nodiscard]] std::shared_ptr<const KeySet> keys() const {
        const std::scoped_lock lock(mutex_);
        return keys_;
    }
    /// Changes with the keys: whoever remembers what they said asks again.
    [[nodiscard]] std::uint64_t version() const noexcept {
        return version_.load(std::memory_order_acquire);
    }
    void publish(std::shared_ptr<const KeySet> keys) {
        const std::scoped_lock lock(mutex_);
        keys_.swap(keys);
        version_.fetch_add(1, std::memory_order_release);
    }

    /// A token names a key that is not there: the issuer may have new ones.
    void note_unknown_key() noexcept { unknown_key_.store(true, std::memory_order_relaxed); }
    /// True once after any number of notes.
    [[nodiscard]] bool take_unknown_key() noexcept {
        return unknown_key_.load(std::memory_order_relaxed) && unknown_key_.exchange(false);
    }

    void count_refresh() noexcept {
        refreshed_.fetch_add(1);
        trouble_.store(TokenTrouble::none);
    }
    void count_failure(TokenTrouble trouble) noexcept {
        failed_.fetch_add(1);
        trouble_.store(trouble);
    }
    [[nodiscard]] std::uint64_t refreshed() const noexcept { return refreshed_.load(); }
    [[nodiscard]] std::uint64_t failed() const noexcept { return failed_.load(); }
    /// Of the last attempt.
    [[nodiscard]] TokenTrouble trouble() const noexcept { return trouble_.load(); }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const KeySet> keys_;
    std::atomic<std::uint64_t> version_{0};
    std::atomic<bool> unknown_key_{false};
    std::atomic<std::uint64_t> refreshed_{0};
    std::atomic<std::uint64_t> failed_{0};
    std::atomic<TokenTrouble> trouble_{TokenTrouble::none};
};

/// The issuers of all tables in use, by where their keys are. The thread that changes tables.
class IssuerStates {
public:
    [[nodiscard]] std::shared_ptr<IssuerState> of(const TokenIssuerConfig& issuer);

private:
    std::map<std::string, std::weak_ptr<IssuerState>> states_;
};

}  // namespace spillway
