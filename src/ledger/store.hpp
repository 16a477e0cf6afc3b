// The file that spent budgets survive restarts in: SQLite, one row for each caller and kind of
// period, written in transactions, so that a crash leaves the last complete one. The only place
// that knows SQLite. docs/decisions/0015 says why it is this.
#pragma once

#include "spillway/policy/spending.hpp"

#include <boost/system/result.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

struct sqlite3;

namespace spillway {

struct Balance {
    std::string caller;
    Period period = Period::day;
    std::int64_t number = 0;  ///< of the period
    Amounts used;

    friend bool operator==(const Balance&, const Balance&) = default;
};

/// One thread at a time. Locked for this process as long as it lives.
class Store {
public:
    using Text = boost::system::result<void, std::string>;

    /// Creates the file when there is none (mode 0640), and waits a moment for a process that is
    /// about to let go of it. Errors are sentences with the path in them.
    [[nodiscard]] static boost::system::result<std::unique_ptr<Store>, std::string> open(
        const std::string& path);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    [[nodiscard]] boost::system::result<std::vector<Balance>, std::string> read();
    /// All of them or, with an error, none. On the disk when it returns.
    [[nodiscard]] Text write(std::span<const Balance> balances);

private:
    explicit Store(sqlite3* db) : db_(db) {}
    [[nodiscard]] Text prepare();
    [[nodiscard]] Text check_schema();
    [[nodiscard]] Text run(const char* sql);
    [[nodiscard]] Text upsert(std::span<const Balance> balances);

    sqlite3* db_;
};

}  // namespace spillway
