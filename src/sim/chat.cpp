#include "sim/chat.hpp"

#include <algorithm>
#include <utility>

namespace spillway_sim {

namespace {

constexpr std::size_t argument_piece_bytes = 6;

Json prompt_filter_results() {
    Json results = safe_filter_results();
    results["jailbreak"] = {{"filtered", false}, {"detected", false}};
    const Json result = {{"prompt_index", 0}, {"content_filter_results", std::move(results)}};
    return Json::array({result});
}

Json tool_call_document(const ToolCall& call) {
    return {{"id", call.id},
            {"type", "function"},
            {"function", {{"name", call.name}, {"arguments", call.arguments}}}};
}

Json message_of(const Choice& choice) {
    Json message = {{"role", "assistant"}, {"content", choice.text()}, {"refusal", nullptr}};
    if (choice.calls.empty()) { return message; }
    message["content"] = nullptr;
    for (const ToolCall& call : choice.calls) {
        message["tool_calls"].push_back(tool_call_document(call));
    }
    return message;
}

/// Builds the frames of one stream; what all chunks share is made once.
class StreamBuilder {
public:
    StreamBuilder(const Envelope& envelope, const char* object, UsageChunk usage)
        : envelope_(envelope), usage_(usage) {
        frame_ = {{"id", envelope.id},
                  {"object", object},
                  {"created", envelope.created},
                  {"model", envelope.model},
                  {"system_fingerprint", "fp_sim"}};
    }

    void add_prompt_filter() {
        if (envelope_.kind != Kind::azure) { return; }
        const Json frame = {{"id", ""},
                            {"object", ""},
                            {"created", 0},
                            {"model", ""},
                            {"prompt_filter_results", prompt_filter_results()},
                            {"choices", Json::array()}};
        events_.push_back({data_frame(frame), EventKind::prelude});
    }

    /// `content` is what the choice says beside its index: a delta or a text.
    void add_choice(std::size_t index, std::pair<const char*, Json> content, const char* finish) {
        Json choice = {{"index", index},
                       {"finish_reason", finish == nullptr ? Json() : Json(finish)}};
        const bool has_text = content.second.is_string() || content.second.contains("content");
        choice[content.first] = std::move(content.second);
        if (envelope_.kind == Kind::azure) {
            choice["content_filter_results"] = has_text && finish == nullptr ? safe_filter_results()
                                                                             : Json::object();
        }
        Json frame = frame_;
        frame["choices"] = Json::array({std::move(choice)});
        if (usage_ == UsageChunk::last) { frame["usage"] = nullptr; }
        const EventKind kind = finish == nullptr ? EventKind::token : EventKind::closing;
        events_.push_back({data_frame(frame), kind});
    }

    std::vector<Event> finish(const Usage& usage) {
        if (usage_ == UsageChunk::last) {
            Json frame = frame_;
            frame["choices"] = Json::array();
            frame["usage"] = usage_document(usage);
            events_.push_back({data_frame(frame), EventKind::closing});
        }
        events_.push_back({"data: [DONE]\n\n", EventKind::terminal});
        return std::move(events_);
    }

private:
    const Envelope& envelope_;
    UsageChunk usage_;
    Json frame_;
    std::vector<Event> events_;
};

/// The deltas of one choice after its role, in order.
std::vector<Json> deltas_of(const Choice& choice) {
    std::vector<Json> deltas;
    for (const std::string& piece : choice.pieces) { deltas.push_back({{"content", piece}}); }
    for (std::size_t index = 0; index < choice.calls.size(); ++index) {
        Json opening = tool_call_document(choice.calls[index]);
        opening["index"] = index;
        opening["function"]["arguments"] = "";
        deltas.push_back({{"tool_calls", Json::array({opening})}});
        for (const auto& piece : cut_text(choice.calls[index].arguments, argument_piece_bytes)) {
            const Json step = {{"index", index}, {"function", {{"arguments", piece}}}};
            deltas.push_back({{"tool_calls", Json::array({step})}});
        }
    }
    return deltas;
}

Json document_of(const Envelope& envelope, const char* object) {
    return {{"id", envelope.id},
            {"object", object},
            {"created", envelope.created},
            {"model", envelope.model},
            {"choices", Json::array()}};
}

void add_trailer(Json& document, const Story& story, const Envelope& envelope) {
    document["usage"] = usage_document(story.usage);
    document["system_fingerprint"] = "fp_sim";
    if (envelope.kind == Kind::azure) {
        document["prompt_filter_results"] = prompt_filter_results();
    }
}

}  // namespace

std::string data_frame(const Json& document) { return "data: " + document.dump() + "\n\n"; }

Json usage_document(const Usage& usage) {
    return {{"prompt_tokens", usage.prompt},
            {"completion_tokens", usage.completion},
            {"total_tokens", usage.total()},
            {"prompt_tokens_details", {{"cached_tokens", usage.cached}, {"audio_tokens", 0}}},
            {"completion_tokens_details",
             {{"reasoning_tokens", usage.reasoning},
              {"audio_tokens", 0},
              {"accepted_prediction_tokens", 0},
              {"rejected_prediction_tokens", 0}}}};
}

Json safe_filter_results() {
    Json results;
    for (const char* category : {"hate", "self_harm", "sexual", "violence"}) {
        results[category] = {{"filtered", false}, {"severity", "safe"}};
    }
    return results;
}

Json chat_document(const Story& story, const Envelope& envelope) {
    Json document = document_of(envelope, "chat.completion");
    for (std::size_t index = 0; index < story.choices.size(); ++index) {
        const Choice& told = story.choices[index];
        Json choice = {{"index", index},
                       {"message", message_of(told)},
                       {"logprobs", nullptr},
                       {"finish_reason", name_of(told.finish)}};
        if (envelope.kind == Kind::azure) {
            choice["content_filter_results"] = safe_filter_results();
        }
        document["choices"].push_back(std::move(choice));
    }
    add_trailer(document, story, envelope);
    return document;
}

std::vector<Event> chat_stream(const Story& story, const Envelope& envelope, UsageChunk usage) {
    StreamBuilder builder(envelope, "chat.completion.chunk", usage);
    builder.add_prompt_filter();
    std::vector<std::vector<Json>> deltas;
    for (std::size_t index = 0; index < story.choices.size(); ++index) {
        const Choice& choice = story.choices[index];
        const Json role = {{"role", "assistant"},
                           {"content", choice.calls.empty() ? Json("") : Json()}};
        builder.add_choice(index, {"delta", role}, nullptr);
        deltas.push_back(deltas_of(choice));
    }
    std::size_t rounds = 0;
    for (const auto& list : deltas) { rounds = std::max(rounds, list.size()); }
    for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t index = 0; index < deltas.size(); ++index) {
            if (round >= deltas[index].size()) { continue; }
            builder.add_choice(index, {"delta", std::move(deltas[index][round])}, nullptr);
        }
    }
    for (std::size_t index = 0; index < story.choices.size(); ++index) {
        builder.add_choice(index, {"delta", Json::object()}, name_of(story.choices[index].finish));
    }
    return builder.finish(story.usage);
}

Json completion_document(const Story& story, const Envelope& envelope) {
    Json document = document_of(envelope, "text_completion");
    for (std::size_t index = 0; index < story.choices.size(); ++index) {
        const Choice& told = story.choices[index];
        document["choices"].push_back({{"text", told.text()},
                                       {"index", index},
                                       {"logprobs", nullptr},
                                       {"finish_reason", name_of(told.finish)}});
    }
    add_trailer(document, story, envelope);
    return document;
}

std::vector<Event> completion_stream(const Story& story, const Envelope& envelope,
                                     UsageChunk usage) {
    StreamBuilder builder(envelope, "text_completion", usage);
    builder.add_prompt_filter();
    for (std::size_t index = 0; index < story.choices.size(); ++index) {
        for (const std::string& piece : story.choices[index].pieces) {
            builder.add_choice(index, {"text", piece}, nullptr);
        }
        builder.add_choice(index, {"text", ""}, name_of(story.choices[index].finish));
    }
    return builder.finish(story.usage);
}

}  // namespace spillway_sim
