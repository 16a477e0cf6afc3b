// The tables that users copy have to load without a word.
#include "support/scratch_folder.hpp"
#include "unit/config/table.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace spillway {
namespace {

const std::filesystem::path folder = SPILLWAY_SOURCE_DIR "/config/examples";

class Examples : public testing::TestWithParam<const char*> {
protected:
    // For {file: ...} of sidecar.yaml, in the place that systemd names.
    Examples() { std::ofstream(secrets_.file("azure-key")) << "0123456789abcdef\n"; }

    [[nodiscard]] Environment variables() const {
        return environment({{"AOAI_EAST_KEY", "a"},
                            {"AOAI_WEST_KEY", "b"},
                            {"OPENAI_API_KEY", "c"},
                            {"CREDENTIALS_DIRECTORY", secrets_.path().string()}});
    }

private:
    const ScratchFolder secrets_;
};

TEST_P(Examples, LoadWithoutAWarning) {
    const std::string yaml = read_file(folder / GetParam());

    const LoadedConfig loaded = load_config(yaml, variables());

    EXPECT_TRUE(loaded.config);
    EXPECT_EQ(describe_all(loaded, GetParam(), yaml), "");
}

INSTANTIATE_TEST_SUITE_P(All, Examples,
                         testing::Values("minimal.yaml", "two-regions.yaml", "openai-fallback.yaml",
                                         "sidecar.yaml"),
                         [](const auto& example) {
                             std::string name = example.param;
                             std::replace_if(
                                 name.begin(), name.end(), [](char c) { return !isalnum(c); }, '_');
                             return name;
                         });

TEST(ExampleFiles, AreAllNamedAbove) {
    const auto files = std::filesystem::directory_iterator(folder);
    EXPECT_EQ(std::distance(begin(files), end(files)), 4);
}

TEST(ExampleFiles, MinimalNeedsTwelveLines) {
    const std::string yaml = read_file(folder / "minimal.yaml");
    EXPECT_EQ(std::count(yaml.begin(), yaml.end(), '\n'), 12);
}

}  // namespace
}  // namespace spillway
