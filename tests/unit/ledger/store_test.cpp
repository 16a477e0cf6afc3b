// Against real files. The messages are those an operator gets at a start that is refused.
#include "ledger/store.hpp"

#include "file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

namespace spillway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Balance today{"crawler", Period::day, 20'783, {1200, 3'500'000}};
const Balance this_month{"crawler", Period::month, 682, {90'000, 250'000'000}};

class StoreTest : public LedgerFile {
protected:
    std::unique_ptr<Store> open() {
        auto store = Store::open(path);
        EXPECT_TRUE(store) << store.error();
        return store ? std::move(*store) : nullptr;
    }
    std::string complaint() {
        const auto store = Store::open(path);
        return store ? "" : store.error();
    }
    std::vector<Balance> kept() {
        const auto store = open();
        if (!store) { return {}; }
        auto balances = store->read();
        EXPECT_TRUE(balances);
        return balances ? *balances : std::vector<Balance>{};
    }
    void with_sqlite(const char* sql) {
        sqlite3* db = nullptr;
        ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(db);
        sqlite3_close(db);
    }
};

TEST_F(StoreTest, IsEmptyAtFirst) { EXPECT_THAT(kept(), IsEmpty()); }

TEST_F(StoreTest, KeepsWhatWasWritten) {
    const std::array both{today, this_month};
    ASSERT_TRUE(open()->write(both));

    EXPECT_THAT(kept(), ElementsAre(today, this_month));
}

TEST_F(StoreTest, KeepsOneRowForEachPeriodOfACaller) {
    Balance later = today;
    later.number += 1;
    later.used = {5, 6};
    {
        const auto store = open();
        ASSERT_TRUE(store->write(std::array{today}));
        ASSERT_TRUE(store->write(std::array{later}));
    }

    EXPECT_THAT(kept(), ElementsAre(later));
}

TEST_F(StoreTest, KeepsTheLastTransactionOfAProcessThatWasKilled) {
    const pid_t child = fork();
    if (child == 0) {
        auto store = Store::open(path);
        if (store && (*store)->write(std::array{today})) { raise(SIGKILL); }
        _exit(1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));

    EXPECT_THAT(kept(), ElementsAre(today));
}

TEST_F(StoreTest, IsNotForEverybody) {
    const auto store = open();
    ASSERT_TRUE(store->write(std::array{today}));

    for (const std::string suffix : {"", "-wal"}) {
        struct stat file {};
        ASSERT_EQ(stat((path.string() + suffix).c_str(), &file), 0);
        EXPECT_EQ(file.st_mode & 07U, 0U) << suffix;
    }
}

TEST_F(StoreTest, BelongsToOneProcess) {
    const auto first = open();

    EXPECT_EQ(complaint(), "the ledger " + path.string() +
                               " cannot be opened: "
                               "another process uses it");
}

TEST_F(StoreTest, RefusesAFileOfAnotherKind) {
    std::ofstream(path) << std::string(5000, 'x');

    EXPECT_THAT(complaint(), HasSubstr("it is not a ledger: no SQLite database"));
}

TEST_F(StoreTest, RefusesTheDatabaseOfAnotherProgram) {
    with_sqlite("CREATE TABLE cookies (name TEXT)");

    EXPECT_THAT(complaint(), HasSubstr("it is the database of another program"));
}

TEST_F(StoreTest, RefusesTheFormatOfALaterBuild) {
    open();
    with_sqlite("PRAGMA user_version = 9");

    EXPECT_THAT(complaint(), HasSubstr("its format is version 9, this build knows 1"));
}

TEST_F(StoreTest, RefusesADamagedFile) {
    ASSERT_TRUE(open()->write(std::array{today, this_month}));
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(100);  // behind the file's header: the tree of the schema
        file << std::string(3900, '\xff');
    }

    EXPECT_THAT(complaint(), HasSubstr("it is damaged"));
}

TEST_F(StoreTest, RefusesAFolderThatIsNotThere) {
    path = folder / "nowhere" / "ledger.db";

    EXPECT_THAT(complaint(), HasSubstr("unable to open database file"));
}

TEST_F(StoreTest, RefusesAFileThatCannotBeWritten) {
    open();
    ASSERT_EQ(chmod(path.c_str(), 0444), 0);
    const pid_t child = fork();  // what root may write others may not
    if (child == 0) {
        if (geteuid() == 0 && (chmod(folder.c_str(), 0755) != 0 || setuid(65534) != 0)) {
            _exit(1);
        }
        _exit(complaint().find("it cannot be written") == std::string::npos ? 2 : 0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);

    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace spillway
