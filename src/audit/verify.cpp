#include "audit/verify.hpp"

#include "audit/audit_lines.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace spillway {

namespace {

constexpr std::string_view request_begin = R"({"kind":"request",)";

/// What a `head` or `dropped` line, already proven intact, says under `key`; 0 without it.
std::uint64_t number_in(std::string_view line, const char* key) {
    const auto document = nlohmann::json::parse(line, nullptr, false);
    if (!document.is_object() || !document.contains(key)) { return 0; }
    const auto& value = document[key];
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

bool is_head(std::string_view line) { return line.starts_with(R"({"kind":"head",)"); }

std::string count_of_lines(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " line" : " lines");
}

/// Follows one chain over all files.
class Walk {
public:
    explicit Walk(AuditProof& proof) : proof_(proof) {}

    /// False: the file holds the first thing that is wrong.
    bool file(const std::string& path) {
        proof_.finding.file = path;
        proof_.finding.line = 0;
        const auto lines = std::make_unique<AuditLines>(path);
        if (!lines->is_open()) { return fail("cannot be read"); }
        while (const auto line = lines->next()) {
            ++proof_.finding.line;
            if (lines->unfinished()) {
                return fail("the line has no end: it was cut off, or is just being written");
            }
            if (!next(*line)) { return false; }
        }
        return proof_.finding.line > 0 || fail("is empty");
    }

    /// After the last file.
    bool end() { return torn_ == 0 || fail("altered: this line is not one of the stream's"); }

private:
    bool next(std::string_view line) {
        const auto seal = seal_of(line);
        if (!seal) { return tear(line); }
        if (!seal->is_intact()) { return fail("altered: its hash is not that of its content"); }
        if (torn_ != 0) {
            if (!is_head(line) || number_in(line, "torn") != torn_) {
                --proof_.finding.line;
                return fail("altered: this line is not one of the stream's");
            }
            torn_ = 0;
        }
        if (!follows(*seal)) { return false; }
        proof_.end = seal->after();
        if (line.starts_with(request_begin)) {
            ++proof_.requests;
        } else if (!is_head(line)) {
            proof_.dropped += number_in(line, "lines");
        }
        return true;
    }

    /// A crash may leave the beginning of a line; the `head` behind it says how long that was.
    bool tear(std::string_view line) {
        if (torn_ != 0 || line.empty()) { return fail("altered: not a line of the stream"); }
        torn_ = line.size();
        return true;
    }

    bool follows(const Seal& seal) {
        if (proof_.first == 0) {
            proof_.first = seal.number;
            return true;
        }
        const std::uint64_t wanted = proof_.end.lines + 1;
        if (seal.number > wanted) {
            return fail("missing: " + count_of_lines(seal.number - wanted) + " before this one");
        }
        if (seal.number < wanted) {
            return fail("out of order: line " + std::to_string(seal.number) + " of the stream, " +
                        std::to_string(wanted) + " was expected");
        }
        if (seal.previous != proof_.end.last_hash) {
            return fail("altered: it does not follow the line before it");
        }
        return true;
    }

    bool fail(std::string trouble) {
        proof_.finding.trouble = std::move(trouble);
        return false;
    }

    AuditProof& proof_;
    std::size_t torn_ = 0;  // length of an unfinished line that a `head` has to explain
};

/// Number of the first line that has one.
std::uint64_t first_number(const std::string& path) {
    const auto lines = std::make_unique<AuditLines>(path);
    if (!lines->is_open()) { return 0; }
    const auto line = lines->next();
    const auto seal = line ? seal_of(*line) : std::nullopt;
    return seal ? seal->number : 0;
}

}  // namespace

AuditProof verify_audit(std::vector<std::string> files) {
    std::vector<std::pair<std::uint64_t, std::string>> ordered;
    for (std::string& file : files) {
        const std::uint64_t number = first_number(file);
        ordered.emplace_back(number, std::move(file));
    }
    std::ranges::sort(ordered);
    AuditProof proof;
    Walk walk(proof);
    for (const auto& [number, file] : ordered) {
        if (!walk.file(file)) { return proof; }
    }
    if (walk.end()) { proof.finding = {}; }
    return proof;
}

}  // namespace spillway
