#include "app/test_command.hpp"

#include "app/config_file.hpp"
#include "app/finding_json.hpp"
#include "fleet/fleet.hpp"
#include "spillway/time.hpp"
#include "tools/routing_cases.hpp"
#include "tools/routing_verdict.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

namespace spillway {

namespace {

using Json = nlohmann::ordered_json;

/// What became of one file of cases.
struct Tested {
    std::string path;
    std::string text;
    std::vector<ConfigIssue> issues;
    std::size_t cases = 0;

    [[nodiscard]] bool passed() const { return issues.empty(); }
};

/// A finding about the file as a whole.
ConfigIssue about_file(std::string message) {
    ConfigIssue issue;
    issue.message = std::move(message);
    return issue;
}

std::string table_path(const TestOrder& order, const std::string& path, const std::string& named) {
    if (!order.config.empty() || named.empty()) { return order.config; }
    return (std::filesystem::path(path).parent_path() / named).string();
}

void run_cases(const RoutingCases& cases, const Config& config, Issues& issues) {
    LiveState fresh(config.retry_budget);
    const Fleet fleet(config, fresh);
    for (const RoutingCase& one : cases.cases) { judge(one, fleet, Clock::now(), issues); }
}

Tested test_file(const TestOrder& order, const std::string& path) {
    Tested tested{path, {}, {}, 0};
    std::optional<std::string> text = read_text(path);
    if (!text) {
        tested.issues.push_back(about_file("cannot be read"));
        return tested;
    }
    tested.text = *std::move(text);
    Issues issues;
    const auto cases = read_routing_cases(tested.text, issues);
    tested.issues = issues.in_file_order();
    if (!cases) { return tested; }
    tested.cases = cases->cases.size();
    const std::string table = table_path(order, path, cases->config);
    if (table.empty()) {
        tested.issues.push_back(about_file("names no routing table; add `config:` or --config"));
        return tested;
    }
    const auto file = read_config_file(table, TableUse::elsewhere);
    if (!file || !file->valid()) {
        tested.issues.push_back(about_file("its routing table " + table +
                                           (file ? " has errors; try `spillway check " + table + "`"
                                                 : " cannot be read")));
        return tested;
    }
    run_cases(*cases, *file->loaded.config, issues);
    tested.issues = issues.in_file_order();
    return tested;
}

void print_text(const Tested& tested, Terminal terminal) {
    for (const ConfigIssue& issue : tested.issues) {
        terminal.err << describe(issue, tested.path, tested.text) << "\n";
    }
    terminal.out << tested.path << ": " << (tested.passed() ? "ok" : "failed") << " ("
                 << tested.cases << (tested.cases == 1 ? " case" : " cases") << ")\n";
}

Json tested_json(const Tested& tested) {
    Json issues = Json::array();
    for (const ConfigIssue& issue : tested.issues) { issues.push_back(finding_json(issue)); }
    return {{"file", tested.path},
            {"passed", tested.passed()},
            {"cases", tested.cases},
            {"issues", std::move(issues)}};
}

}  // namespace

ExitCode test_routing(const TestOrder& order, Terminal terminal) {
    Json document = Json::array();
    ExitCode code = ExitCode::fine;
    for (const std::string& path : order.paths) {
        const Tested tested = test_file(order, path);
        if (!tested.passed()) { code = ExitCode::wrong_input; }
        if (order.format == TestFormat::json) {
            document.push_back(tested_json(tested));
        } else {
            print_text(tested, terminal);
        }
    }
    if (order.format == TestFormat::json) {
        terminal.out << document.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    }
    return code;
}

}  // namespace spillway
