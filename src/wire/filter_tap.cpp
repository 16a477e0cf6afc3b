#include "wire/filter_tap.hpp"

#include "wire/json.hpp"
#include "wire/marker.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace spillway {

namespace {

using Of = FilterVerdict::Of;

/// What all names we look for have in common (azure-protocol.md §4.2, §5).
constexpr std::string_view common_part = "_filter";
/// Longer than any of them, opening quote included. What is longer is no name of ours, wherever the
/// text has been cut.
constexpr std::size_t name_bytes_max = 32;
/// The key, the colon and some blanks before a value.
constexpr std::size_t key_bytes_max = 32;
constexpr std::size_t look_back = name_bytes_max + key_bytes_max;
constexpr std::size_t severity_bytes_max = 16;

constexpr std::array<std::string_view, 12> categories = {"hate",
                                                         "sexual",
                                                         "violence",
                                                         "self_harm",
                                                         "profanity",
                                                         "jailbreak",
                                                         "indirect_attack",
                                                         "protected_material_text",
                                                         "protected_material_code",
                                                         "custom_blocklists",
                                                         "ungrounded_material",
                                                         "task_adherence"};
constexpr std::array<std::string_view, 4> severities = {"safe", "low", "medium", "high"};

template <std::size_t size>
std::string_view word_of(const std::array<std::string_view, size>& words, std::string_view text) {
    const auto found = std::ranges::find(words, text);
    return found == words.end() ? "other" : *found;
}

bool is_true(const JsonValue& value) { return value.text() == "true"; }

void note_results(const JsonValue& results, Of of, FilterVerdicts& verdicts) {
    JsonMembers members(results);
    while (members.next()) {
        const JsonValue& value = members.value();
        const std::string severity = value["severity"].string(severity_bytes_max);
        FilterVerdict verdict;
        verdict.of = of;
        verdict.category = word_of(categories, members.name());
        verdict.severity = severity.empty() ? "" : word_of(severities, severity);
        verdict.filtered = is_true(value["filtered"]);
        verdict.detected = is_true(value["detected"]);
        const bool harmless = verdict.severity.empty() || verdict.severity == "safe";
        if (verdict.filtered || verdict.detected || !harmless) { verdicts.note(verdict); }
    }
}

/// Responses: one entry for the prompt, one for the answer.
void note_sources(const JsonValue& sources, FilterVerdicts& verdicts) {
    JsonMembers items(sources);
    while (items.next()) {
        const JsonValue& item = items.value();
        const bool of_prompt = item["source_type"].text() == "prompt";
        note_results(item["content_filter_results"], of_prompt ? Of::prompt : Of::completion,
                     verdicts);
        if (is_true(item["blocked"])) { verdicts.note_stop(); }
    }
}

void note_prompts(const JsonValue& prompts, FilterVerdicts& verdicts) {
    JsonMembers items(prompts);
    while (items.next()) {
        note_results(items.value()["content_filter_results"], Of::prompt, verdicts);
    }
}

/// `before` ends in the name and colon of a member whose value says why something ended.
bool is_reason(std::string_view before) {
    before = before.substr(before.size() - std::min(before.size(), key_bytes_max));
    const auto trim = [&before] {
        before = before.substr(0, before.find_last_not_of(" \t\r\n") + 1);
    };
    trim();
    if (!before.ends_with(':')) { return false; }
    before.remove_suffix(1);
    trim();
    return before.ends_with("\"finish_reason\"") || before.ends_with("\"reason\"") ||
           before.ends_with("\"code\"");
}

}  // namespace

void FilterTap::on_event(const SseEvent& event) {
    static_cast<void>(look(event.oversize ? event.tail : event.data, 0));
}

void FilterTap::on_json(std::string_view piece) {
    held_.append(piece);
    const std::size_t done = look(held_, looked_);
    const std::size_t drop = done > look_back ? done - look_back : 0;
    held_.erase(0, drop);
    looked_ = done - drop;
}

std::size_t FilterTap::look(std::string_view text, std::size_t from) {
    for (;;) {
        const std::size_t at = find_marker(text.substr(from), common_part);
        // A name may have begun: its end is looked at again with what follows.
        if (at == std::string_view::npos) {
            return std::max(from, text.size() - std::min(text.size(), look_back));
        }
        const std::size_t begin = text.rfind('"', from + at);
        const std::size_t end = text.find('"', from + at);
        const bool begins = begin != std::string_view::npos && begin >= from &&
                            from + at - begin <= name_bytes_max;
        const bool may_end = end == std::string_view::npos && text.size() - begin <= name_bytes_max;
        if (begins && may_end) { return begin; }
        if (!begins || end == std::string_view::npos || end - begin > name_bytes_max) {
            from += at + common_part.size();
            continue;
        }
        const std::string_view name = text.substr(begin + 1, end - begin - 1);
        if (name == "content_filter" && is_reason(text.substr(0, begin))) { verdicts_.note_stop(); }
        if (!read(name, text.substr(end + 1)) && text.size() - begin < held_max) { return begin; }
        from = end + 1;
        // What stands inside a result that has been read is no result of its own.
        if (name == "prompt_filter_results" || name == "content_filters") {
            const std::size_t value = std::min(text.find_first_not_of(" \t\r\n:", from),
                                               text.size());
            const JsonValue list = JsonValue::parse(text.substr(value));
            if (list.kind() == JsonValue::Kind::array) { from = value + list.text().size(); }
        }
    }
}

/// False: the value goes on in bytes that are not here yet.
bool FilterTap::read(std::string_view name, std::string_view behind) {
    const bool is_list = name == "prompt_filter_results" || name == "content_filters";
    const bool is_result = name == "content_filter_results" || name == "content_filter_result";
    if (!is_list && !is_result) { return true; }
    const std::size_t value_at = behind.find_first_not_of(" \t\r\n:");
    if (value_at == std::string_view::npos) { return false; }
    const char first = behind[value_at];
    if (first != '[' && first != '{') { return true; }  // null, or no key at all
    const JsonValue value = JsonValue::parse(behind.substr(value_at));
    if (value.kind() == JsonValue::Kind::none) { return false; }
    if (name == "prompt_filter_results") { note_prompts(value, verdicts_); }
    if (name == "content_filters") { note_sources(value, verdicts_); }
    if (name == "content_filter_results") { note_results(value, Of::completion, verdicts_); }
    if (name == "content_filter_result") { note_results(value, Of::prompt, verdicts_); }
    return true;
}

}  // namespace spillway
