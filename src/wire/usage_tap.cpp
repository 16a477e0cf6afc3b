#include "wire/usage_tap.hpp"

#include "wire/json.hpp"
#include "wire/marker.hpp"

#include <algorithm>
#include <limits>

namespace spillway {

namespace {

constexpr std::string_view usage_key = "\"usage\"";

/// A count that no model will exceed; what is outside is not a count.
constexpr Tokens count_max = std::numeric_limits<std::int32_t>::max();

std::optional<Tokens> count(const JsonValue& value) noexcept {
    const auto number = value.integer();
    return number && *number >= 0 && *number <= count_max ? number : std::nullopt;
}

/// The usage object of any operation: the names differ, the meanings do not (azure-protocol.md §9).
std::optional<Usage> read_usage(const JsonValue& object) noexcept {
    Usage usage;
    bool has_number = false;
    const auto take = [&has_number](Tokens& into, const JsonValue& value) {
        const auto number = count(value);
        has_number = has_number || number;
        into = number.value_or(into);
    };
    JsonMembers members(object);
    while (members.next()) {
        const std::string_view name = members.name();
        const JsonValue& value = members.value();
        if (name == "prompt_tokens" || name == "input_tokens") { take(usage.input, value); }
        if (name == "completion_tokens" || name == "output_tokens") { take(usage.output, value); }
        if (name == "prompt_tokens_details" || name == "input_tokens_details" ||
            name == "input_token_details") {
            take(usage.cached_input, value["cached_tokens"]);
        }
        if (name == "completion_tokens_details" || name == "output_tokens_details") {
            take(usage.reasoning_output, value["reasoning_tokens"]);
        }
    }
    if (!has_number) { return std::nullopt; }
    usage.cached_input = std::min(usage.cached_input, usage.input);
    usage.reasoning_output = std::min(usage.reasoning_output, usage.output);
    return usage;
}

/// The last usage object in an event's text. It need not be looked for by its path: what the model
/// wrote is inside strings, where the key's quotes would be escaped.
std::optional<Usage> find_usage(std::string_view text) noexcept {
    std::optional<Usage> found;
    for (std::size_t at = find_marker(text, usage_key); at != std::string_view::npos;
         at = find_marker(text, usage_key)) {
        text.remove_prefix(at + usage_key.size());
        const std::size_t value = text.find_first_not_of(" \t\r\n:");
        if (value == std::string_view::npos || text[value] != '{') { continue; }
        const auto usage = read_usage(JsonValue::parse(text.substr(value)));
        if (usage) { found = usage; }
    }
    return found;
}

}  // namespace

void UsageTap::on_event(const SseEvent& event) {
    if (!event.has_data) { return; }
    if (operation_ == Operation::responses) {
        // Most of a stream; what ends with its usage are the terminal events.
        if (event.type.ends_with(".delta")) {
            ++output_events_;
            return;
        }
    } else if (event.data.starts_with('{')) {
        ++output_events_;
    }
    if (const auto usage = find_usage(event.oversize ? event.tail : event.data)) { usage_ = usage; }
}

void UsageTap::on_json(std::string_view piece) {
    json_.feed(piece);
    const std::string_view object = json_.usage();
    if (object.empty()) { return; }
    if (const auto usage = read_usage(JsonValue::parse(object))) { usage_ = usage; }
}

}  // namespace spillway
