#include "app/import_command.hpp"

#include "app/config_file.hpp"
#include "config/issues.hpp"
#include "config/yaml_reader.hpp"
#include "tools/azure_import.hpp"
#include "tools/azure_inventory.hpp"
#include "tools/litellm_config.hpp"
#include "tools/litellm_import.hpp"
#include "tools/table_text.hpp"

#include <algorithm>
#include <optional>
#include <ostream>

namespace spillway {

namespace {

std::string at(const std::string& path, std::size_t line, std::size_t column) {
    if (line == 0) { return path; }
    return path + ":" + std::to_string(line) + ":" + std::to_string(column);
}

/// Without the line itself, which may hold a secret of a kind that our own tables do not have.
void print(const std::string& path, const Issues& issues, Terminal terminal) {
    for (const ConfigIssue& issue : issues.in_file_order()) {
        terminal.err << at(path, issue.line, issue.column)
                     << ": error: " << (issue.path.empty() ? "" : issue.path + ": ")
                     << issue.message << "\n";
        if (!issue.suggestion.empty()) { terminal.err << "  " << issue.suggestion << "\n"; }
    }
}

ExitCode unreadable(const std::string& path, Terminal terminal) {
    terminal.err << path << ": error: cannot be read\n";
    return ExitCode::wrong_input;
}

bool has_routes(const TableDraft& draft) {
    return std::ranges::any_of(draft.sections, [](const DraftSection& section) {
        return section.key == "routes" && !section.entries.empty();
    });
}

/// `path`: where the leftovers stand; empty when they have no lines.
ExitCode write(const TableDraft& draft, const std::string& path, Terminal terminal) {
    for (const Leftover& leftover : draft.leftovers) {
        terminal.err << (path.empty() ? "" : at(path, leftover.line, leftover.column) + ": ")
                     << "not imported: " << leftover_text(leftover) << "\n";
    }
    if (!has_routes(draft)) {
        terminal.err << "spillway: there is nothing in the input that a route could lead to\n";
        return ExitCode::wrong_input;
    }
    const std::string table = table_text(draft);
    if (table.size() > yaml_bytes_max) {
        terminal.err << "spillway: the table would be larger than a table may be; import the input "
                        "in parts\n";
        return ExitCode::wrong_input;
    }
    terminal.out << table;
    return ExitCode::fine;
}

}  // namespace

ExitCode import_azure_files(const std::vector<std::string>& paths, Terminal terminal) {
    AzureInventory inventory;
    ExitCode code = ExitCode::fine;
    for (const std::string& path : paths) {
        const std::optional<std::string> text = read_text(path);
        if (!text) { return unreadable(path, terminal); }
        Issues issues;
        read_azure(*text, inventory, issues);
        print(path, issues, terminal);
        if (issues.has_errors()) { code = ExitCode::wrong_input; }
    }
    return code == ExitCode::fine ? write(import_azure(inventory), {}, terminal) : code;
}

ExitCode import_litellm_file(const std::string& path, Terminal terminal) {
    const std::optional<std::string> text = read_text(path);
    if (!text) { return unreadable(path, terminal); }
    Issues issues;
    const std::optional<LitellmConfig> config = read_litellm(*text, issues);
    if (!config) {
        print(path, issues, terminal);
        return ExitCode::wrong_input;
    }
    return write(import_litellm(*config), path, terminal);
}

}  // namespace spillway
