#include "app/file_watch.hpp"

#include "support/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

namespace spillway {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// Something that happens on another thread and is waited for.
class Signal {
public:
    void raise() {
        const std::scoped_lock lock(mutex_);
        raised_ = true;
        condition_.notify_all();
    }
    /// True when it was raised since the last call, or is within the time.
    bool within(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        const bool came = condition_.wait_for(lock, time, [this] { return raised_; });
        raised_ = false;
        return came;
    }

private:
    std::mutex mutex_;
    std::condition_variable condition_;
    bool raised_ = false;
};

constexpr auto patience = 10s;  // of a loaded machine; what should happen takes milliseconds

class FileWatches : public testing::Test {
protected:
    static void write(const fs::path& path, const std::string& text) {
        std::ofstream(path) << text;
    }
    void start(FileWatch::Params params) {
        const auto files = [this] { return std::vector<std::string>{file}; };
        watch = std::make_unique<FileWatch>(params, files, [this] { changed.raise(); });
    }

    const ScratchFolder scratch;
    const fs::path folder = scratch.path();
    const fs::path file = folder / "spillway.yaml";
    // Never looks by itself within a test.
    const FileWatch::Params by_notification{5ms, 1h, true};
    Signal changed;
    std::unique_ptr<FileWatch> watch;
};

TEST_F(FileWatches, HearOfAFileThatIsWritten) {
    write(file, "a");
    start(by_notification);

    write(file, "b");

    EXPECT_TRUE(changed.within(patience));
}

TEST_F(FileWatches, HearOfAnEditorThatRenames) {
    write(file, "a");
    start(by_notification);
    for (const char* text : {"b", "c"}) {
        write(folder / "spillway.yaml.new", text);
        EXPECT_TRUE(changed.within(patience));  // of the new file

        fs::rename(folder / "spillway.yaml.new", file);

        EXPECT_TRUE(changed.within(patience)) << text;
    }
}

TEST_F(FileWatches, HearOfAConfigMapThatSwapsItsFolder) {
    fs::create_directories(folder / "..2026_01");
    fs::create_directories(folder / "..2026_02");
    write(folder / "..2026_01/spillway.yaml", "a");
    write(folder / "..2026_02/spillway.yaml", "b");
    fs::create_directory_symlink("..2026_01", folder / "..data");
    fs::create_symlink("..data/spillway.yaml", file);
    start(by_notification);

    fs::create_directory_symlink("..2026_02", folder / "..data_tmp");
    EXPECT_TRUE(changed.within(patience));  // of the new link
    fs::rename(folder / "..data_tmp", folder / "..data");

    EXPECT_TRUE(changed.within(patience));
}

TEST_F(FileWatches, HearOfTheFileALinkPointsTo) {
    const fs::path elsewhere = folder / "elsewhere";
    fs::create_directories(elsewhere);
    write(elsewhere / "table.yaml", "a");
    fs::create_symlink(elsewhere / "table.yaml", file);
    start(by_notification);

    write(elsewhere / "table.yaml", "b");

    EXPECT_TRUE(changed.within(patience));
}

TEST_F(FileWatches, TellOfManyChangesOnce) {
    write(file, "a");
    start({200ms, 1h, true});

    for (int i = 0; i < 20; ++i) { write(file, std::to_string(i)); }

    EXPECT_TRUE(changed.within(patience));
    EXPECT_FALSE(changed.within(400ms));
}

TEST_F(FileWatches, LookWhereNobodyTells) {
    start({5ms, 20ms, false});

    EXPECT_TRUE(changed.within(patience));
    EXPECT_TRUE(changed.within(patience));
}

}  // namespace
}  // namespace spillway
