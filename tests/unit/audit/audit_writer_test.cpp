#include "audit/audit_writer.hpp"

#include "audit/audit_log.hpp"
#include "audit/verify.hpp"

#include "support/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace spillway {
namespace {

using namespace std::chrono_literals;

/// A directory of its own for each test.
class AuditWriting : public testing::Test {
protected:
    AuditWriting() {
        ::signal(SIGPIPE, SIG_IGN);
        config_.to = folder_.file("audit.jsonl");
    }

    [[nodiscard]] std::unique_ptr<AuditWriter> open() const {
        auto writer = AuditWriter::open(config_, 1);
        EXPECT_TRUE(writer) << writer.error();
        return std::move(*writer);
    }
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
            found.push_back(entry.path().string());
        }
        return found;
    }
    [[nodiscard]] AuditProof proof() const { return verify_audit(files()); }
    [[nodiscard]] std::vector<nlohmann::json> lines() const {
        std::ifstream file(config_.to);
        std::vector<nlohmann::json> all;
        for (std::string line; std::getline(file, line);) {
            all.push_back(nlohmann::json::parse(line, nullptr, false));
        }
        return all;
    }
    static void write(AuditLog& log, std::size_t times = 1) {
        AuditRecord record;
        record.request_id = "req_1";
        record.peer = "::1";
        for (std::size_t i = 0; i < times; ++i) { log.write(record); }
        log.flush();
    }
    template <class Condition>
    static bool eventually(Condition condition) {
        for (int i = 0; i < 500 && !condition(); ++i) { std::this_thread::sleep_for(10ms); }
        return condition();
    }
    static void drain(int fd) {
        std::array<char, 65536> piece;
        while (::read(fd, piece.data(), piece.size()) > 0) {}
    }

    AuditConfig config_;

    const ScratchFolder folder_;
};

TEST_F(AuditWriting, OpensWithAHeadAndGoesOnAcrossRestarts) {
    for (int start = 0; start < 2; ++start) {
        const auto writer = open();
        AuditLog log(*writer, 0);
        write(log);
    }
    EXPECT_EQ(proof().finding.trouble, "");
    const auto all = lines();
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0]["kind"], "head");
    EXPECT_EQ(all[2]["reason"], "start");
    EXPECT_EQ(all[2]["prev"], all[1]["hash"]);
    EXPECT_EQ(all[3]["seq"], 4);
}

TEST_F(AuditWriting, DoesNothingWhenItIsOff) {
    config_.to = "off";
    const auto writer = open();
    AuditLog log(*writer, 0);
    EXPECT_FALSE(log.is_on());
    EXPECT_TRUE(log.admits());
    write(log);
    EXPECT_TRUE(files().empty());
}

TEST_F(AuditWriting, RotatesBySizeTiesFilesTogetherAndKeepsTheNewest) {
    config_.rotate_bytes = 2000;
    config_.rotate_keep = 3;
    {
        const auto writer = open();
        AuditLog log(*writer, 0);
        write(log, 60);
    }
    EXPECT_EQ(files().size(), 4U);
    const AuditProof whole = proof();
    EXPECT_EQ(whole.finding.trouble, "");
    EXPECT_GT(whole.first, 1U);
    EXPECT_EQ(lines().front()["reason"], "rotation");
    for (const std::string& file : files()) {
        EXPECT_LE(std::filesystem::file_size(file), 2600U) << file;
    }
}

TEST_F(AuditWriting, GoesOnFromARotatedFileWhenThereIsNoOther) {
    config_.rotate_bytes = 2000;
    {
        const auto writer = open();
        AuditLog log(*writer, 0);
        write(log, 20);
    }
    const std::string last = proof().end.last_hash;
    std::filesystem::rename(config_.to, config_.to + ".999999999999999");
    { const auto writer = open(); }
    EXPECT_EQ(lines().front()["prev"], last);
}

TEST_F(AuditWriting, ReopensAFileThatWasMovedAndLinksToIt) {
    const auto writer = open();
    AuditLog log(*writer, 0);
    write(log);
    EXPECT_TRUE(eventually([&] { return lines().size() == 2; }));
    std::filesystem::rename(config_.to, config_.to + ".moved");
    writer->reopen();
    EXPECT_TRUE(eventually([&] { return !lines().empty(); }));
    write(log);
    EXPECT_TRUE(eventually([&] { return lines().size() == 2; }));
    EXPECT_EQ(lines().front()["reason"], "reopen");
    EXPECT_EQ(proof().finding.trouble, "");
}

TEST_F(AuditWriting, DoesNotWriteIntoADeletedFileForLong) {
    const auto writer = open();
    AuditLog log(*writer, 0);
    EXPECT_TRUE(eventually([&] { return !lines().empty(); }));
    std::filesystem::remove(config_.to);
    write(log);
    EXPECT_TRUE(eventually([&] { return !lines().empty(); }));
}

TEST_F(AuditWriting, SaysHowMuchOfALineACrashHasLeft) {
    {
        const auto writer = open();
        AuditLog log(*writer, 0);
        write(log);
    }
    std::ofstream(config_.to, std::ios::app) << "{\"kind\":\"req";
    { const auto writer = open(); }
    EXPECT_EQ(lines().back()["torn"], 12);
    EXPECT_EQ(proof().finding.trouble, "");
}

TEST_F(AuditWriting, RefusesAFileThatIsNoAuditStream) {
    std::ofstream(config_.to) << "{\"time\":\"2026\"}\n";
    const auto writer = AuditWriter::open(config_, 1);
    ASSERT_FALSE(writer);
    EXPECT_NE(writer.error().find("move it away"), std::string::npos);
}

TEST_F(AuditWriting, HasOneWriterPerFile) {
    const auto writer = open();
    const auto second = AuditWriter::open(config_, 1);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().find("another process"), std::string::npos);
}

/// A pipe that nobody reads until the test does.
class AuditIntoAPipe : public AuditWriting {
protected:
    AuditIntoAPipe() {
        ::mkfifo(config_.to.c_str(), 0600);
        reader_ = ::open(config_.to.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    ~AuditIntoAPipe() override { ::close(reader_); }

    int reader_ = -1;
};

TEST_F(AuditIntoAPipe, BlocksWhenNobodyReadsAndRecoversByItself) {
    config_.when_full = WhenFull::block;
    const auto writer = open();
    AuditLog log(*writer, 0);
    EXPECT_TRUE(log.admits());
    write(log, 2000);

    EXPECT_TRUE(eventually([&] { return !log.admits(); }));
    EXPECT_EQ(writer->dropped(), 0U);
    EXPECT_TRUE(eventually([&] {
        drain(reader_);
        return log.admits();
    }));
    EXPECT_EQ(writer->lines(), 2000U);
}

TEST_F(AuditIntoAPipe, DropsCountsAndSaysSoInTheStream) {
    config_.when_full = WhenFull::drop;
    const auto writer = open();
    AuditLog log(*writer, 0);
    while (writer->dropped() < 3) { write(log, 1000); }
    EXPECT_TRUE(log.admits());

    std::string text;
    std::array<char, 65536> piece;
    EXPECT_TRUE(eventually([&] {
        for (ssize_t n = 0; (n = ::read(reader_, piece.data(), piece.size())) > 0;) {
            text.append(piece.data(), static_cast<std::size_t>(n));
        }
        log.flush();
        return text.find("\"kind\":\"dropped\"") != std::string::npos;
    }));
    EXPECT_GE(writer->dropped(), 3U);
}

}  // namespace
}  // namespace spillway
