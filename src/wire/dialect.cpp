#include "wire/dialect.hpp"

#include "wire/json.hpp"
#include "wire/json_quote.hpp"
#include "wire/marker.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace spillway {

namespace {

using namespace std::string_view_literals;
using Kind = JsonValue::Kind;

constexpr std::string_view done = "[DONE]";

bool is_error(const JsonValue& value) noexcept {
    return value.has_content() && (value.kind() == Kind::object || value.kind() == Kind::string);
}

/// Output of the model, as opposed to the role, On-Your-Data citations or padding.
bool is_output(std::string_view name) noexcept {
    constexpr std::array names = {"content"sv, "tool_calls"sv, "function_call"sv, "refusal"sv,
                                  "audio"sv};
    return std::ranges::find(names, name) != names.end() || name.starts_with("reasoning");
}

bool delta_commits(const JsonValue& delta) noexcept {
    JsonMembers members(delta);
    while (members.next()) {
        if (is_output(members.name()) && members.value().has_content()) { return true; }
    }
    return false;
}

bool choice_commits(const JsonValue& choice) noexcept {
    JsonMembers members(choice);
    while (members.next()) {
        const std::string_view name = members.name();
        const JsonValue& value = members.value();
        if ((name == "finish_reason" || name == "text") && value.has_content()) { return true; }
        if (name == "delta" && delta_commits(value)) { return true; }
    }
    return false;
}

bool chunk_commits(const JsonValue& chunk) noexcept {
    const JsonValue choices = chunk["choices"];
    if (choices.kind() != Kind::array) { return true; }
    JsonMembers each(choices);
    while (each.next()) {
        if (choice_commits(each.value())) { return true; }
    }
    return false;
}

enum class ResponseType : std::uint8_t { output, preamble, terminal, failed, error };

ResponseType response_type(std::string_view type) noexcept {
    struct Row {
        std::string_view type;
        ResponseType means;
    };
    constexpr std::array rows = {
        Row{"response.created", ResponseType::preamble},
        Row{"response.queued", ResponseType::preamble},
        Row{"response.in_progress", ResponseType::preamble},
        Row{"response.completed", ResponseType::terminal},
        Row{"response.incomplete", ResponseType::terminal},
        Row{"response.failed", ResponseType::failed},
        Row{"error", ResponseType::error},
    };
    const auto* const row = std::ranges::find(rows, type, &Row::type);
    return row == rows.end() ? ResponseType::output : row->means;
}

}  // namespace

EventKind Dialect::on_event(const SseEvent& event) noexcept {
    if (!event.has_data || (event.data.empty() && !event.oversize)) { return EventKind::silence; }
    if (event.data == done) {
        ended_ = true;
        return EventKind::terminal;
    }
    return operation_ == Operation::responses ? on_response(event) : on_chunk(event);
}

EventKind Dialect::on_chunk(const SseEvent& event) noexcept {
    if (event.oversize) { return commit(); }
    const bool names_error = find_marker(event.data, "\"error\"") != std::string_view::npos;
    if (event.type == "error") { return fail(); }
    if (committed_ && !names_error) { return EventKind::committing; }
    const JsonValue chunk = JsonValue::parse(event.data);
    if (names_error && is_error(chunk["error"])) { return fail(); }
    return committed_ || chunk_commits(chunk) ? commit() : EventKind::preamble;
}

EventKind Dialect::on_response(const SseEvent& event) noexcept {
    follow_sequence(event.data);
    const JsonValue inner = event.type.empty() ? JsonValue::parse(event.data)["type"]
                                               : JsonValue(Kind::string, event.type);
    switch (response_type(inner.text())) {
        case ResponseType::output: return commit();
        case ResponseType::preamble: return EventKind::preamble;
        case ResponseType::terminal: ended_ = true; return EventKind::terminal;
        case ResponseType::failed: ended_ = true; return fail();
        case ResponseType::error: return fail();
    }
    return commit();
}

EventKind Dialect::commit() noexcept {
    committed_ = true;
    return EventKind::committing;
}

EventKind Dialect::fail() noexcept {
    failed_ = true;
    return EventKind::error;
}

void Dialect::follow_sequence(std::string_view data) noexcept {
    constexpr std::string_view marker = "\"sequence_number\"";
    const std::size_t found = find_marker(data, marker);
    std::optional<std::int64_t> number;
    if (found != std::string_view::npos) {
        const std::string_view rest = data.substr(found + marker.size());
        const std::size_t colon = rest.find(':');
        number = JsonValue::parse(rest.substr(std::min(colon, rest.size() - 1) + 1)).integer();
    }
    const bool usable = number && *number >= 0 &&
                        *number < std::numeric_limits<std::int32_t>::max();
    next_sequence_ = usable ? *number + 1 : next_sequence_ + 1;
}

std::string Dialect::error_event(std::string_view code, std::string_view message) const {
    const std::string fields = "\"code\":" + json_quoted(code) +
                               ",\"message\":" + json_quoted(message) + ",\"param\":null";
    const std::string error = R"("error":{"type":"server_error",)" + fields + "}";
    if (operation_ != Operation::responses) { return "data: {" + error + "}\n\n"; }
    // The flat fields are the specification's; the nested object is what makes openai-python raise.
    return "event: error\ndata: {\"type\":\"error\"," + fields +
           ",\"sequence_number\":" + std::to_string(next_sequence_) + "," + error + "}\n\n";
}

}  // namespace spillway
