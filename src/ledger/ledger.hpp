// The accounts of all callers, and the thread that keeps them on disk. Requests charge accounts in
// memory and never meet the disk: what it cannot take is counted, reported and tried again.
#pragma once

#include "ledger/account.hpp"
#include "ledger/store.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace spillway {

struct LedgerStatus {
    bool kept = false;                ///< in a file; false: no caller has had a budget yet
    bool writable = true;             ///< the last round was written, or there was none
    std::uint64_t failed_writes = 0;  ///< rounds
};

class Ledger {
public:
    /// How often what has changed is written; what a crash can lose.
    static constexpr std::chrono::milliseconds round_time{1000};

    /// In memory, until `keep_in`.
    Ledger() = default;
    /// Writes what is left.
    ~Ledger();
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;

    /// Stable address; created on first use. Any thread.
    [[nodiscard]] Account& account(std::string_view caller);

    /// Adds what the file holds to the accounts and keeps them in it from now on. Does nothing when
    /// that is so already. With an error, nothing has changed. The thread that changes tables.
    [[nodiscard]] Store::Text keep_in(const std::string& path);

    /// Any thread.
    [[nodiscard]] LedgerStatus status() const noexcept {
        return {kept_.load(), !failing_.load(), failed_writes_.load()};
    }

private:
    struct Kept {
        Account account;
        std::array<Balance, periods.size()> written;  // the writing thread's
    };

    void run(const std::stop_token& stop);
    void write_round();
    [[nodiscard]] std::vector<Balance> changed();
    void note_written(const std::vector<Balance>& balances);

    mutable std::mutex mutex_;  // guards the map, never the accounts
    std::map<std::string, Kept, std::less<>> accounts_;
    std::unique_ptr<Store> store_;
    std::string path_;
    std::atomic<bool> failing_{false};
    std::atomic<std::uint64_t> failed_writes_{0};
    std::atomic<bool> kept_{false};
    std::mutex waiting_;
    std::condition_variable_any stopped_;
    std::jthread thread_;  // last: ends before what it uses
};

}  // namespace spillway
