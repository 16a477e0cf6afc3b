#include "audit/verify.hpp"

#include "support/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace spillway {
namespace {

/// Files of a chain that the test may damage.
class Verifying : public testing::Test {
protected:
    std::vector<std::string> chain_of(std::size_t lines) {
        std::vector<std::string> all;
        for (std::size_t i = 0; i < lines; ++i) {
            std::string line;
            append_sealed(line, R"({"kind":"request","n":)" + std::to_string(i) + "}", chain_);
            all.push_back(line);
        }
        return all;
    }
    std::string file(const std::string& name, const std::vector<std::string>& lines) const {
        std::ofstream out(folder_.file(name), std::ios::binary);
        for (const std::string& line : lines) { out << line; }
        return folder_.file(name);
    }
    std::string sealed(const std::string& object) {
        std::string line;
        append_sealed(line, object, chain_);
        return line;
    }
    static std::string at(const AuditProof& proof) {
        const auto name = std::filesystem::path(proof.finding.file).filename().string();
        return name + ":" + std::to_string(proof.finding.line) + ": " + proof.finding.trouble;
    }

    AuditChain chain_;

private:
    const ScratchFolder folder_;
};

TEST_F(Verifying, FindsNothingWrongWithAWholeChain) {
    const AuditProof proof = verify_audit({file("a", chain_of(5))});
    EXPECT_EQ(proof.finding.trouble, "");
    EXPECT_EQ(proof.first, 1U);
    EXPECT_EQ(proof.requests, 5U);
    EXPECT_EQ(proof.end, chain_);
}

TEST_F(Verifying, OrdersFilesByWhatIsInThem) {
    const auto first = chain_of(3);
    const auto second = chain_of(2);
    EXPECT_EQ(verify_audit({file("a", second), file("z", first)}).finding.trouble, "");
}

TEST_F(Verifying, StartsWithTheOldestFileThereIs) {
    chain_of(3);
    const AuditProof proof = verify_audit({file("a", chain_of(2))});
    EXPECT_EQ(proof.finding.trouble, "");
    EXPECT_EQ(proof.first, 4U);
}

TEST_F(Verifying, NamesTheLineThatWasAltered) {
    auto lines = chain_of(4);
    lines[2].replace(lines[2].find("2"), 1, "9");
    EXPECT_EQ(at(verify_audit({file("a", lines)})),
              "a:3: altered: its hash is not that of its content");
}

TEST_F(Verifying, NamesTheLineThatWasAlteredAndSealedAnew) {
    auto lines = chain_of(4);
    AuditChain forged{2, seal_of(lines[1].substr(0, lines[1].size() - 1))->after().last_hash};
    lines[2].clear();
    append_sealed(lines[2], R"({"kind":"request","n":99})", forged);
    EXPECT_EQ(at(verify_audit({file("a", lines)})),
              "a:4: altered: it does not follow the line before it");
}

TEST_F(Verifying, SurvivesAForgedCountOfDroppedLines) {
    const std::vector<std::string> lines = {sealed(R"({"kind":"dropped","lines":"many"})"),
                                            sealed(R"({"kind":"dropped","lines":2})")};
    EXPECT_EQ(verify_audit({file("a", lines)}).dropped, 2U);
}

TEST_F(Verifying, SaysHowManyLinesAreMissingAndWhere) {
    auto lines = chain_of(6);
    lines.erase(lines.begin() + 2, lines.begin() + 4);
    EXPECT_EQ(at(verify_audit({file("a", lines)})), "a:3: missing: 2 lines before this one");
}

TEST_F(Verifying, MissesAFileBetweenTwo) {
    const auto first = chain_of(2);
    chain_of(1);
    const auto third = chain_of(2);
    EXPECT_EQ(at(verify_audit({file("a", first), file("c", third)})),
              "c:1: missing: 1 line before this one");
}

TEST_F(Verifying, SeesLinesThatChangedPlaces) {
    auto lines = chain_of(4);
    std::swap(lines[1], lines[2]);
    EXPECT_EQ(at(verify_audit({file("a", lines)})), "a:2: missing: 1 line before this one");
    lines = chain_of(4);
    lines.push_back(lines[1]);
    EXPECT_EQ(at(verify_audit({file("a", lines)})),
              "a:5: out of order: line 6 of the stream, 9 was expected");
}

TEST_F(Verifying, SeesALineThatWasPutIn) {
    auto lines = chain_of(2);
    lines.insert(lines.begin() + 1, "{\"kind\":\"request\"}\n");
    EXPECT_EQ(at(verify_audit({file("a", lines)})),
              "a:2: altered: this line is not one of the stream's");
    lines = {lines[0], "{\"kind\":\"request\"}\n"};
    EXPECT_EQ(at(verify_audit({file("a", lines)})),
              "a:2: altered: this line is not one of the stream's");
}

TEST_F(Verifying, BelievesATornLineOnlyWithTheHeadThatExplainsIt) {
    auto lines = chain_of(2);
    lines.emplace_back("{\"kind\":\"req\n");
    lines.push_back(sealed(R"({"kind":"head","torn":12})"));
    EXPECT_EQ(at(verify_audit({file("a", lines)})), ":0: ");
    lines[2] = "{\"kind\":\"reqx\n";
    EXPECT_EQ(at(verify_audit({file("a", lines)})),
              "a:3: altered: this line is not one of the stream's");
}

TEST_F(Verifying, SeesALastLineThatWasCut) {
    auto lines = chain_of(2);
    lines[1].resize(20);
    EXPECT_TRUE(at(verify_audit({file("a", lines)})).starts_with("a:2: the line has no end"));
}

TEST_F(Verifying, SaysWhatTheStreamItselfSaysIsMissing) {
    auto lines = chain_of(1);
    lines.push_back(sealed(R"({"kind":"dropped","lines":41})"));
    EXPECT_EQ(verify_audit({file("a", lines)}).dropped, 41U);
}

TEST_F(Verifying, NeedsFilesThatCanBeReadAndHaveLines) {
    EXPECT_EQ(at(verify_audit({file("a", {}), "/nowhere/b"})), "b:0: cannot be read");
    EXPECT_EQ(at(verify_audit({file("a", {})})), "a:0: is empty");
}

}  // namespace
}  // namespace spillway
