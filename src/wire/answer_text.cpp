#include "wire/answer_text.hpp"

#include "wire/json.hpp"

#include <algorithm>
#include <array>

namespace spillway {

namespace {

constexpr std::size_t piece_max = SseScanner::held_max;

/// Members of a chat stream's `delta` that are text (azure-protocol.md §4.2).
constexpr std::array<std::string_view, 4> spoken = {"content", "refusal", "reasoning",
                                                    "reasoning_content"};

std::string said_in(const JsonValue& delta) {
    std::string text;
    for (const std::string_view member : spoken) {
        const JsonValue& value = delta[member];
        if (value.kind() == JsonValue::Kind::string) { text += value.string(piece_max); }
    }
    JsonMembers calls(delta["tool_calls"]);
    while (calls.next()) {
        const JsonValue function = calls.value()["function"];
        text += function["name"].string(piece_max);
        text += function["arguments"].string(piece_max);
    }
    return text;
}

}  // namespace

void AnswerText::on_event(const SseEvent& event) {
    if (event.oversize) { cut_ = true; }
    if (event.data.empty()) { return; }
    const JsonValue document = JsonValue::parse(event.data);
    if (operation_ == Operation::responses) {
        if (event.type.ends_with(".delta")) {
            add(document["output_index"].integer().value_or(0),
                document["delta"].string(piece_max));
        }
        return;
    }
    JsonMembers choices(document["choices"]);
    while (choices.next()) {
        const JsonValue& choice = choices.value();
        const std::int64_t index = choice["index"].integer().value_or(0);
        add(index, choice["text"].string(piece_max));
        add(index, said_in(choice["delta"]));
    }
}

void AnswerText::on_json(std::string_view piece) { add(0, piece); }

void AnswerText::add(std::int64_t choice, std::string_view piece) {
    if (piece.empty()) { return; }
    auto found = std::ranges::find(choices_, choice, &Choice::index);
    if (found == choices_.end()) {
        if (choices_.size() == choices_max) {
            cut_ = true;
            return;
        }
        found = choices_.insert(found, {choice, {}});
    }
    const std::string_view kept = piece.substr(0, bytes_max_ - kept_);
    found->text.append(kept);
    kept_ += kept.size();
    cut_ = cut_ || kept.size() < piece.size();
}

std::string AnswerText::text() const {
    std::string all;
    for (const Choice& choice : choices_) {
        if (!all.empty()) { all += '\n'; }
        all += choice.text;
    }
    return all;
}

}  // namespace spillway
