#include "app/explain_command.hpp"

#include "app/admin_client.hpp"
#include "app/config_file.hpp"
#include "spillway/time.hpp"
#include "tools/explain.hpp"
#include "tools/explanation_json.hpp"
#include "tools/explanation_text.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <ostream>
#include <utility>

namespace spillway {

namespace {

constexpr const char* prefix = "spillway explain: ";

/// What the table alone says; none when `terminal` has been told why not.
std::optional<std::string> ask_table(const ExplainOrder& order, Terminal terminal) {
    const auto file = read_config_file(order.config, TableUse::elsewhere);
    if (!file) {
        terminal.err << order.config << ": error: cannot be read\n";
        return std::nullopt;
    }
    if (!file->valid()) {
        terminal.err << file->description();
        return std::nullopt;
    }
    LiveState fresh(file->loaded.config->retry_budget);
    const Fleet fleet(*file->loaded.config, fresh);
    const auto explanation = explain(fleet, order.question, Clock::now());
    if (!explanation) {
        terminal.err << prefix << explanation.error() << "\n";
        return std::nullopt;
    }
    return explanation_json(*explanation);
}

/// What a running gateway says; likewise.
std::optional<std::string> ask_gateway(const ExplainOrder& order, Terminal terminal) {
    AdminAnswer answer = ask_admin({"spillway explain", order.admin, "/explain",
                                    to_json(order.question), order.pass},
                                   terminal);
    if (answer.status == 200) { return std::move(answer.body); }
    if (answer.status != 0) {
        const auto document = nlohmann::json::parse(answer.body, nullptr, false);
        const auto message = nlohmann::json::json_pointer("/error/message");
        terminal.err << prefix << order.admin << " answered " << answer.status << ": "
                     << (document.is_object() ? document.value(message, "") : "") << "\n";
    }
    return std::nullopt;
}

}  // namespace

ExitCode explain(ExplainOrder order, Terminal terminal) {
    if (!order.body_path.empty()) {
        order.question.body = read_text(order.body_path);
        if (!order.question.body) {
            terminal.err << order.body_path << ": error: cannot be read\n";
            return ExitCode::wrong_input;
        }
    }
    const auto json = order.config.empty() ? ask_gateway(order, terminal)
                                           : ask_table(order, terminal);
    if (!json) { return ExitCode::wrong_input; }
    const auto text = explanation_text(*json);
    if (!text) {
        terminal.err << prefix << text.error() << "\n";
        return ExitCode::wrong_input;
    }
    terminal.out << (order.format == ExplainFormat::json ? *json : *text);
    const bool refused = !nlohmann::json::parse(*json).at("refusal").is_null();
    return refused ? ExitCode::wrong_input : ExitCode::fine;
}

}  // namespace spillway
