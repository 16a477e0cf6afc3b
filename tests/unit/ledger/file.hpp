// A place for a ledger of its own for each test.
#pragma once

#include "support/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace spillway {

class LedgerFile : public ::testing::Test {
protected:
    ScratchFolder scratch;
    const std::filesystem::path& folder = scratch.path();
    std::filesystem::path path = folder / "ledger.db";
};

}  // namespace spillway
