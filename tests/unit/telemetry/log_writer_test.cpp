#include "telemetry/log_writer.hpp"

#include "telemetry/access_log.hpp"

#include "support/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace spillway {
namespace {

using namespace std::chrono_literals;

/// A directory of its own for each test.
class LogWriting : public testing::Test {
protected:
    LogWriting() { ::signal(SIGPIPE, SIG_IGN); }

    [[nodiscard]] std::string path(const std::string& name) const { return folder_.file(name); }
    [[nodiscard]] static std::string content(const std::string& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static std::size_t lines(const std::string& text) {
        return static_cast<std::size_t>(std::ranges::count(text, '\n'));
    }
    template <class Condition>
    static bool eventually(Condition condition) {
        for (int i = 0; i < 500 && !condition(); ++i) { std::this_thread::sleep_for(10ms); }
        return condition();
    }
    /// `fd` is non-blocking.
    static void read_available(int fd, std::string& text) {
        std::array<char, 65536> piece;
        for (ssize_t n = 0; (n = ::read(fd, piece.data(), piece.size())) > 0;) {
            text.append(piece.data(), static_cast<std::size_t>(n));
        }
    }
    static std::unique_ptr<LogWriter> writer_to(const std::string& destination,
                                                std::size_t workers = 1) {
        auto writer = LogWriter::open(destination, workers);
        EXPECT_TRUE(writer) << writer.error().message();
        return std::move(*writer);
    }

private:
    const ScratchFolder folder_;
};

AccessRecord record_of(std::string_view id) {
    AccessRecord record;
    record.request_id = id;
    return record;
}

TEST_F(LogWriting, WritesEveryLineOfEveryWorkerInItsOrder) {
    constexpr std::size_t workers = 4;
    constexpr int each = 2000;
    {
        const auto writer = writer_to(path("a.log"), workers);
        std::vector<std::thread> threads;
        for (std::size_t worker = 0; worker < workers; ++worker) {
            threads.emplace_back([&writer, worker] {
                AccessLog log(*writer, worker);
                for (int i = 0; i < each; ++i) {
                    const std::string id = std::to_string(worker) + "-" + std::to_string(i);
                    ASSERT_TRUE(log.write(record_of(id)));
                    if (i % 100 == 0) { log.flush(); }
                }
            });
        }
        for (std::thread& thread : threads) { thread.join(); }
    }
    const std::string text = content(path("a.log"));

    EXPECT_EQ(lines(text), workers * each);
    for (std::size_t worker = 0; worker < workers; ++worker) {
        std::size_t at = 0;
        for (int i = 0; i < each; ++i) {
            const std::string id = "\"" + std::to_string(worker) + "-" + std::to_string(i) + "\"";
            at = text.find(id, at);
            ASSERT_NE(at, std::string::npos) << id;
        }
    }
}

TEST_F(LogWriting, WritesWithoutBeingAskedTwice) {
    const auto writer = writer_to(path("a.log"));
    AccessLog log(*writer, 0);

    ASSERT_TRUE(log.write(record_of("one")));
    log.flush();

    EXPECT_TRUE(eventually([&] { return lines(content(path("a.log"))) == 1; }));
}

TEST_F(LogWriting, StartsANewFileWhenAskedTo) {
    const auto writer = writer_to(path("a.log"));
    AccessLog log(*writer, 0);
    ASSERT_TRUE(log.write(record_of("before")));
    log.flush();
    ASSERT_TRUE(eventually([&] { return lines(content(path("a.log"))) == 1; }));

    std::filesystem::rename(path("a.log"), path("a.log.1"));
    writer->reopen();

    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(path("a.log")); }));
    ASSERT_TRUE(log.write(record_of("after")));
    log.flush();
    EXPECT_TRUE(eventually([&] { return lines(content(path("a.log"))) == 1; }));
    EXPECT_NE(content(path("a.log")).find("after"), std::string::npos);
    EXPECT_EQ(lines(content(path("a.log.1"))), 1U);
}

TEST_F(LogWriting, SaysWhyAFileCannotBeOpened) {
    const auto writer = LogWriter::open(path("missing/a.log"), 1);

    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error(), boost::system::errc::no_such_file_or_directory);
}

TEST_F(LogWriting, CostsNothingWhenOff) {
    const auto writer = writer_to("off");
    AccessLog log(*writer, 0);

    EXPECT_EQ(writer->lane(0), nullptr);
    EXPECT_TRUE(log.write(record_of("x")));
    log.flush();
}

/// R-10, the worker's half: a reader that does not read costs lines, not time, and memory stays
/// bounded.
TEST_F(LogWriting, DropsLinesInsteadOfWaitingForABlockedPipe) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    const int reader = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK);
    auto writer = writer_to(path("pipe"));
    int accepted = 0;
    int dropped = 0;
    auto longest = std::chrono::nanoseconds::zero();
    {
        AccessLog log(*writer, 0);
        while (dropped < 1000 && accepted < 100'000) {
            const auto begin = std::chrono::steady_clock::now();
            const bool written = log.write(record_of("x"));
            log.flush();
            longest = std::max(longest, std::chrono::steady_clock::now() - begin);
            ++(written ? accepted : dropped);
        }
    }
    EXPECT_EQ(dropped, 1000) << "memory is not bounded";
    EXPECT_LT(longest, 500ms) << "a request waited for the log";

    std::string received;
    EXPECT_TRUE(eventually([&] {
        read_available(reader, received);
        return lines(received) == static_cast<std::size_t>(accepted);
    })) << "an accepted line is written: "
        << lines(received) << " of " << accepted;
    EXPECT_EQ(writer->lost_lines(), 0U);
    ::close(reader);
}

TEST_F(LogWriting, CountsLinesNobodyCanTake) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    const int reader = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK);
    const auto writer = writer_to(path("pipe"));
    ::close(reader);
    AccessLog log(*writer, 0);

    ASSERT_TRUE(log.write(record_of("1")));
    ASSERT_TRUE(log.write(record_of("2")));
    log.flush();

    EXPECT_TRUE(eventually([&] { return writer->lost_lines() == 2; }));
}

TEST_F(LogWriting, EndsWithinSecondsWhileThePipeIsBlocked) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    const int reader = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK);
    auto writer = writer_to(path("pipe"));
    {
        AccessLog log(*writer, 0);
        for (int i = 0; i < 1000; ++i) { ASSERT_TRUE(log.write(record_of("x"))); }
    }
    const auto begin = std::chrono::steady_clock::now();

    writer.reset();

    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
    ::close(reader);
}

}  // namespace
}  // namespace spillway
