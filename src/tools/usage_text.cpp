#include "tools/usage_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway {

namespace {

using Json = nlohmann::ordered_json;
using Cells = std::vector<std::string>;

/// What stands behind a group's own values.
std::array<std::pair<const char*, std::int64_t>, 6> counts(const UsageSum& sum) {
    return {{{"requests", static_cast<std::int64_t>(sum.requests)},
             {"input_tokens", sum.tokens.input},
             {"cached_input_tokens", sum.tokens.cached_input},
             {"output_tokens", sum.tokens.output},
             {"reasoning_output_tokens", sum.tokens.reasoning_output},
             {"estimated_tokens", sum.estimated_tokens}}};
}

Cells names_of(const UsageReport& report) {
    Cells cells = {"day"};
    const std::vector<std::string>& by = report.question().by;
    cells.insert(cells.end(), by.begin(), by.end());
    for (const auto& [name, unused] : counts({})) { cells.emplace_back(name); }
    cells.emplace_back("cost");
    return cells;
}

Cells cells_of(Cells group, const UsageSum& sum) {
    for (const auto& [unused, count] : counts(sum)) { group.push_back(std::to_string(count)); }
    group.push_back(money_text(sum.cost));
    return group;
}

/// Quoted where it has to be; a leading sign that spreadsheets take for a formula is disarmed.
std::string csv_field(const std::string& value) {
    constexpr std::string_view formula = "=+-@\t\r";
    const bool is_formula = !value.empty() && formula.find(value.front()) != std::string_view::npos;
    std::string text = is_formula ? "'" + value : value;
    if (text.find_first_of("\",\r\n") == std::string::npos) { return text; }
    std::string quoted = "\"";
    for (const char c : text) { quoted += c == '"' ? std::string("\"\"") : std::string(1, c); }
    return quoted + "\"";
}

std::string csv_line(const Cells& cells) {
    std::string line;
    for (const std::string& cell : cells) { line += csv_field(cell) + ","; }
    line.back() = '\n';
    return line;
}

/// In characters, not bytes.
std::size_t width(std::string_view text) {
    constexpr auto is_first_byte = [](char c) {
        return (static_cast<unsigned char>(c) >> 6U) != 2;
    };
    return static_cast<std::size_t>(std::ranges::count_if(text, is_first_byte));
}

/// What would move the cursor becomes a question mark.
void make_printable(Cells& cells) {
    for (std::string& cell : cells) {
        std::ranges::replace_if(
            cell, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
        if (cell.empty()) { cell = "-"; }
    }
}

/// Words to the left of their column, numbers to the right.
std::string aligned(const Cells& cells, const std::vector<std::size_t>& widths, std::size_t words) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string pad(widths[i] - width(cells[i]), ' ');
        line += (i == 0 ? "" : "  ") + (i < words ? cells[i] + pad : pad + cells[i]);
    }
    return line + "\n";
}

}  // namespace

std::string usage_csv(const UsageReport& report) {
    std::string text = csv_line(names_of(report));
    for (const auto& [group, sum] : report.groups()) { text += csv_line(cells_of(group, sum)); }
    return text;
}

std::string usage_json(const UsageReport& report) {
    Json rows = Json::array();
    for (const auto& [group, sum] : report.groups()) {
        Json& row = rows.emplace_back(Json{{"day", group.front()}});
        for (std::size_t i = 1; i < group.size(); ++i) {
            row[report.question().by[i - 1]] = group[i];
        }
        for (const auto& [name, count] : counts(sum)) { row[name] = count; }
        row["cost"] = units_of(sum.cost);
    }
    return rows.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string usage_table(const UsageReport& report) {
    const std::size_t words = 1 + report.question().by.size();
    UsageSum total;
    std::vector<Cells> lines = {names_of(report)};
    for (const auto& [group, sum] : report.groups()) {
        lines.push_back(cells_of(group, sum));
        total += sum;
    }
    Cells all(words);
    all.front() = "all";
    lines.push_back(cells_of(std::move(all), total));
    std::vector<std::size_t> widths(lines.front().size());
    for (Cells& line : lines) {
        make_printable(line);
        for (std::size_t i = 0; i < line.size(); ++i) {
            widths[i] = std::max(widths[i], width(line[i]));
        }
    }
    std::string text;
    for (const Cells& line : lines) { text += aligned(line, widths, words); }
    return text;
}

}  // namespace spillway
