// A place for a ledger of its own for each test.
#pragma once

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <string>

namespace spillway {

class LedgerFile : public ::testing::Test {
protected:
    LedgerFile() {
        std::string pattern = ::testing::TempDir() + "ledger-XXXXXX";
        folder = mkdtemp(pattern.data());
        path = folder / "ledger.db";
    }
    ~LedgerFile() override { std::filesystem::remove_all(folder); }

    std::filesystem::path folder;
    std::filesystem::path path;
};

}  // namespace spillway
