// Row R-2 of the test plan: every broken table is refused with exactly the messages written beside
// it.
#include "unit/config/table.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <set>
#include <string>

namespace spillway {
namespace {

const std::filesystem::path folder = SPILLWAY_SOURCE_DIR "/tests/unit/config/broken";
constexpr std::size_t tables = 52;

TEST(BrokenTables, AreRefusedWithTheseMessages) {
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".yaml") { files.insert(entry.path()); }
    }
    ASSERT_EQ(files.size(), tables);

    std::size_t right = 0;
    for (std::filesystem::path file : files) {
        const std::string yaml = read_file(file);
        const LoadedConfig loaded = load(yaml);
        const std::string shown = describe_all(loaded, file.filename().string(), yaml);
        const std::string expected = read_file(file.replace_extension(".expected"));
        EXPECT_FALSE(loaded.config) << file << " was loaded";
        EXPECT_EQ(shown, expected);
        if (!loaded.config && !expected.empty() && shown == expected) { ++right; }
    }
    std::printf("R-2 %zu/%zu tables %zu %s\n", right, files.size(), tables,
                right == tables ? "PASS" : "FAIL");
}

}  // namespace
}  // namespace spillway
