#include "ledger/store.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace spillway {

namespace {

using std::chrono::sys_days;
using Text = Store::Text;

// Marks the file as ours ("Spwl"), and which tables are in it.
constexpr int application_id = 0x5370776c;
constexpr int schema_version = 1;
// A restart's old process may still be writing its last round.
constexpr int lock_patience_ms = 2000;

constexpr const char* schema = R"(
CREATE TABLE balance (
    caller TEXT NOT NULL,
    period TEXT NOT NULL CHECK (period IN ('day', 'month')),
    starts TEXT NOT NULL,               -- its first day, such as 2026-11-26
    tokens INTEGER NOT NULL,
    money_billionths INTEGER NOT NULL,  -- of the table's currency
    PRIMARY KEY (caller, period)
) STRICT, WITHOUT ROWID;
)";

constexpr const char* write_sql =
    "INSERT INTO balance VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET "
    "starts = ?3, tokens = ?4, money_billionths = ?5";
constexpr const char* read_sql =
    "SELECT caller, period, CAST(unixepoch(starts) AS INTEGER) / 86400, tokens, money_billionths "
    "FROM balance";

/// A prepared statement; what it was made of outlives it.
class Statement {
public:
    Statement(sqlite3* db, const char* sql) {
        prepared_ = sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr);
    }
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    [[nodiscard]] int step() {
        return prepared_ == SQLITE_OK ? sqlite3_step(statement_) : prepared_;
    }
    void again() { sqlite3_reset(statement_); }
    void bind(int position, std::int64_t value) { sqlite3_bind_int64(statement_, position, value); }
    /// `value` is not copied.
    void bind(int position, std::string_view value) {
        sqlite3_bind_text(statement_, position, value.data(), static_cast<int>(value.size()),
                          SQLITE_STATIC);
    }
    [[nodiscard]] std::int64_t number(int column) {
        return sqlite3_column_int64(statement_, column);
    }
    [[nodiscard]] std::string text(int column) {
        const auto* const bytes = sqlite3_column_text(statement_, column);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
        return bytes == nullptr ? std::string() : std::string(bytes, bytes + size);
    }

private:
    sqlite3_stmt* statement_ = nullptr;
    int prepared_ = SQLITE_OK;
};

std::optional<std::int64_t> only_number(sqlite3* db, const char* sql) {
    Statement query(db, sql);
    if (query.step() != SQLITE_ROW) { return std::nullopt; }
    return query.number(0);
}

/// It says who spends how much, so not everybody may read it, nor the log beside it, which gets the
/// same mode. What goes wrong here SQLite says better.
void create(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd >= 0) { ::close(fd); }
}

std::string reason(sqlite3* db) {
    switch (sqlite3_errcode(db)) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return "another process uses it";
        case SQLITE_NOTADB: return "it is not a ledger: no SQLite database";
        case SQLITE_CORRUPT: return "it is damaged (" + std::string(sqlite3_errmsg(db)) + ")";
        case SQLITE_READONLY: return "it cannot be written";
        case SQLITE_FULL: return "the disk is full";
        default: return sqlite3_errmsg(db);
    }
}

}  // namespace

Store::~Store() { sqlite3_close(db_); }

boost::system::result<std::unique_ptr<Store>, std::string> Store::open(const std::string& path) {
    create(path);
    sqlite3* db = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    const int opened = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
    std::unique_ptr<Store> store(new Store(db));
    const Text ready = opened == SQLITE_OK ? store->prepare() : Text(reason(db));
    if (!ready) { return "the ledger " + path + " cannot be opened: " + ready.error(); }
    return store;
}

Text Store::prepare() {
    if (sqlite3_db_readonly(db_, "main") == 1) { return "it cannot be written"; }
    sqlite3_busy_timeout(db_, lock_patience_ms);
    // Two processes would write over each other's sums.
    if (Text done = run("PRAGMA locking_mode = EXCLUSIVE"); !done) { return done; }
    if (Text done = run("PRAGMA journal_mode = WAL"); !done) { return done; }
    if (Text done = run("PRAGMA synchronous = FULL"); !done) { return done; }
    if (Text done = run("BEGIN IMMEDIATE"); !done) { return done; }
    if (Text done = check_schema(); !done) { return done; }
    return run("COMMIT");
}

Text Store::check_schema() {
    const auto version = only_number(db_, "PRAGMA user_version");
    const auto owner = only_number(db_, "PRAGMA application_id");
    const auto tables = only_number(db_, "SELECT count(*) FROM sqlite_schema");
    if (!version || !owner || !tables) { return reason(db_); }
    if (*tables == 0) {
        if (Text done = run(schema); !done) { return done; }
        const std::string marks = "PRAGMA application_id = " + std::to_string(application_id) +
                                  "; PRAGMA user_version = " + std::to_string(schema_version);
        return run(marks.c_str());
    }
    if (*owner != application_id) { return "it is the database of another program"; }
    if (*version != schema_version) {
        return "its format is version " + std::to_string(*version) + ", this build knows " +
               std::to_string(schema_version) + "; use the build that wrote it";
    }
    return {};
}

Text Store::run(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) { return reason(db_); }
    return {};
}

boost::system::result<std::vector<Balance>, std::string> Store::read() {
    std::vector<Balance> balances;
    Statement query(db_, read_sql);
    int step = query.step();
    for (; step == SQLITE_ROW; step = query.step()) {
        Balance balance;
        balance.caller = query.text(0);
        balance.period = query.text(1) == name(Period::day) ? Period::day : Period::month;
        const sys_days starts{std::chrono::days(query.number(2))};
        balance.number = period_at(balance.period, starts);
        balance.used = {query.number(3), query.number(4)};
        balances.push_back(std::move(balance));
    }
    if (step != SQLITE_DONE) { return reason(db_); }
    return balances;
}

Text Store::write(std::span<const Balance> balances) {
    if (Text done = run("BEGIN IMMEDIATE"); !done) { return done; }
    Text done = upsert(balances);
    if (done) { done = run("COMMIT"); }
    if (!done) { sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr); }
    return done;
}

Text Store::upsert(std::span<const Balance> balances) {
    Statement row(db_, write_sql);
    for (const Balance& balance : balances) {
        const std::string starts = day_text(start_of(balance.period, balance.number));
        row.bind(1, balance.caller);
        row.bind(2, name(balance.period));
        row.bind(3, starts);
        row.bind(4, balance.used.tokens);
        row.bind(5, balance.used.money);
        if (row.step() != SQLITE_DONE) { return reason(db_); }
        row.again();
    }
    return {};
}

}  // namespace spillway
