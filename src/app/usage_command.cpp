#include "app/usage_command.hpp"

#include "audit/audit_lines.hpp"
#include "tools/usage_report.hpp"
#include "tools/usage_text.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <utility>

namespace spillway {

namespace {

std::optional<UsageQuestion> question_of(const UsageOrder& order, Terminal terminal) {
    UsageQuestion question;
    for (const auto& [written, day] :
         {std::pair(&order.from, &question.from), std::pair(&order.to, &question.to)}) {
        if (written->empty()) { continue; }
        *day = read_day(*written);
        if (!*day) {
            terminal.err << "spillway: `" << *written << "` is no day; write 2026-11-26\n";
            return std::nullopt;
        }
    }
    if (question.from && question.to && *question.to < *question.from) {
        terminal.err << "spillway: --to is before --from\n";
        return std::nullopt;
    }
    auto keys = read_usage_keys(order.by);
    if (!keys) {
        terminal.err << "spillway: " << keys.error() << "\n";
        return std::nullopt;
    }
    question.by = std::move(*keys);
    return question;
}

bool add_file(const std::string& path, UsageReport& report, Terminal terminal) {
    const auto lines = std::make_unique<AuditLines>(path);
    if (!lines->is_open() || !std::filesystem::is_regular_file(path)) {
        terminal.err << path << ": error: cannot be read\n";
        return false;
    }
    std::size_t number = 0;
    std::optional<std::string> trouble;
    while (const auto line = lines->next()) {
        ++number;
        // The gateway may just be writing it.
        if (lines->unfinished()) { break; }
        trouble = report.add(*line);
        if (trouble) { break; }
    }
    if (!trouble) { trouble = report.end_of_file(); }
    if (!trouble) { return true; }
    terminal.err << path << ":" << number << ": error: " << *trouble << "\n";
    return false;
}

std::string written(const UsageReport& report, UsageFormat format) {
    switch (format) {
        case UsageFormat::csv: return usage_csv(report);
        case UsageFormat::json: return usage_json(report);
        case UsageFormat::text: break;
    }
    return usage_table(report);
}

}  // namespace

ExitCode report_usage(const UsageOrder& order, Terminal terminal) {
    auto question = question_of(order, terminal);
    if (!question) { return ExitCode::usage; }
    UsageReport report(std::move(*question));
    std::set<std::filesystem::path> seen;
    for (const std::string& path : order.files) {
        std::error_code ec;
        if (!seen.insert(std::filesystem::weakly_canonical(path, ec)).second) {
            terminal.err << path << ": error: is named twice and would be counted twice\n";
            return ExitCode::wrong_input;
        }
        if (!add_file(path, report, terminal)) { return ExitCode::wrong_input; }
    }
    terminal.out << written(report, order.format);
    if (report.dropped() > 0) {
        terminal.err << "spillway: the files say that " << report.dropped()
                     << " lines could not be written; what they cost is not in the report\n";
    }
    return ExitCode::fine;
}

}  // namespace spillway
