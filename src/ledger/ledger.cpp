#include "ledger/ledger.hpp"

#include "telemetry/event_log.hpp"

#include <utility>

namespace spillway {

Ledger::~Ledger() {
    thread_.request_stop();
    if (thread_.joinable()) { thread_.join(); }
    if (store_) { write_round(); }
}

Account& Ledger::account(std::string_view caller) {
    const std::scoped_lock lock(mutex_);
    const auto found = accounts_.find(caller);
    return found != accounts_.end()
               ? found->second.account
               : accounts_.try_emplace(std::string(caller)).first->second.account;
}

Store::Text Ledger::keep_in(const std::string& path) {
    if (store_) { return {}; }
    auto store = Store::open(path);
    if (!store) { return store.error(); }
    const auto balances = (*store)->read();
    if (!balances) { return "the ledger " + path + " cannot be read: " + balances.error(); }
    for (const Balance& balance : *balances) {
        account(balance.caller).charge(balance.period, balance.number, balance.used);
    }
    store_ = std::move(*store);
    path_ = path;
    kept_ = true;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    return {};
}

void Ledger::run(const std::stop_token& stop) {
    std::unique_lock lock(waiting_);
    while (!stop.stop_requested()) {
        stopped_.wait_for(lock, stop, round_time, [] { return false; });
        write_round();
    }
}

void Ledger::write_round() {
    const std::vector<Balance> balances = changed();
    if (balances.empty()) { return; }
    const Store::Text written = store_->write(balances);
    if (written) {
        note_written(balances);
        if (failing_.exchange(false)) {
            log_event(Severity::info, "ledger_written_again", {{"path", path_}});
        }
        return;
    }
    failing_ = true;
    failed_writes_.fetch_add(1);
    log_event(Severity::error, "ledger_not_written",
              {{"path", path_},
               {"reason", written.error()},
               {"consequence", "budgets go on in memory; a restart would forget the latest"}});
}

std::vector<Balance> Ledger::changed() {
    std::vector<Balance> balances;
    const std::scoped_lock lock(mutex_);
    for (const auto& [caller, kept] : accounts_) {
        for (const Period period : periods) {
            const std::int64_t number = kept.account.charged(period);
            Balance now{caller, period, number, kept.account.used(period, number)};
            const bool nothing = now.used == Amounts{};
            if (!nothing && now != kept.written[static_cast<std::size_t>(period)]) {
                balances.push_back(std::move(now));
            }
        }
    }
    return balances;
}

void Ledger::note_written(const std::vector<Balance>& balances) {
    const std::scoped_lock lock(mutex_);
    for (const Balance& balance : balances) {
        const auto found = accounts_.find(balance.caller);
        found->second.written[static_cast<std::size_t>(balance.period)] = balance;
    }
}

}  // namespace spillway
