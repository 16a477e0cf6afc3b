#include "ledger/ledger.hpp"

#include "file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

namespace spillway {
namespace {

using namespace std::chrono_literals;

const WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26) + 12h;

class LedgerTest : public LedgerFile {
protected:
    Amounts today(Ledger& ledger, std::string_view caller = "crawler") {
        return ledger.account(caller).used(now).day;
    }
    // Without a ledger of ours on it.
    Amounts on_disk() {
        Ledger ledger;
        EXPECT_TRUE(ledger.keep_in(path));
        return today(ledger);
    }
};

TEST_F(LedgerTest, RemembersAfterAnEnd) {
    {
        Ledger ledger;
        ASSERT_TRUE(ledger.keep_in(path));
        ledger.account("crawler").charge({100, 7}, now);
    }

    EXPECT_EQ(on_disk(), (Amounts{100, 7}));
}

TEST_F(LedgerTest, AddsWhatWasChargedBeforeItHadAFile) {
    {
        Ledger ledger;
        ASSERT_TRUE(ledger.keep_in(path));
        ledger.account("crawler").charge({100, 7}, now);
    }
    Ledger ledger;
    ledger.account("crawler").charge({1, 1}, now);

    ASSERT_TRUE(ledger.keep_in(path));
    ASSERT_TRUE(ledger.keep_in(path)) << "a second time changes nothing";

    EXPECT_EQ(today(ledger), (Amounts{101, 8}));
}

TEST_F(LedgerTest, KeepsCallersApart) {
    Ledger ledger;
    ledger.account("crawler").charge({100, 7}, now);

    EXPECT_EQ(today(ledger, "agents"), Amounts{});
    EXPECT_EQ(&ledger.account("crawler"), &ledger.account("crawler"));
}

TEST_F(LedgerTest, NeedsNoFileWithoutBudgets) {
    {
        Ledger ledger;
        ledger.account("crawler").charge({100, 7}, now);
    }

    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(LedgerTest, SaysWhyAFileCannotBeHad) {
    std::ofstream(path) << std::string(5000, 'x');
    Ledger ledger;
    ledger.account("crawler").charge({100, 7}, now);

    EXPECT_FALSE(ledger.keep_in(path));
    EXPECT_FALSE(ledger.status().kept);
    EXPECT_EQ(today(ledger), (Amounts{100, 7}));
}

// A limit on the size of files is a full disk that a test can make without being root.
TEST_F(LedgerTest, GoesOnInMemoryWhileTheDiskIsFull) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    {
        Ledger ledger;
        ASSERT_TRUE(ledger.keep_in(path));
        const rlimit full{1024, before.rlim_max};
        ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);

        ledger.account("crawler").charge({100, 7}, now);
        const TimePoint deadline = Clock::now() + 20s;
        while (ledger.status().failed_writes < 2 && Clock::now() < deadline) {
            std::this_thread::sleep_for(10ms);
        }

        EXPECT_GE(ledger.status().failed_writes, 2U);
        EXPECT_FALSE(ledger.status().writable);
        EXPECT_EQ(today(ledger), (Amounts{100, 7}));
        ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    }

    EXPECT_EQ(on_disk(), (Amounts{100, 7})) << "written when there was room again";
}

}  // namespace
}  // namespace spillway
