#include "sim/responses.hpp"

#include <string>
#include <utility>

namespace spillway_sim {

namespace {

constexpr std::size_t argument_piece_bytes = 6;

Json text_part(const std::string& text) {
    return {{"type", "output_text"}, {"annotations", Json::array()}, {"text", text}};
}

Json message_item(const std::string& id, const char* status, Json content) {
    return {{"id", id},
            {"type", "message"},
            {"status", status},
            {"role", "assistant"},
            {"content", std::move(content)}};
}

Json call_item(const ToolCall& call, const char* status, const std::string& arguments) {
    return {{"id", "fc_" + call.id},  {"type", "function_call"}, {"status", status},
            {"arguments", arguments}, {"call_id", call.id},      {"name", call.name}};
}

std::string message_id(const Envelope& envelope) { return "msg_" + envelope.id; }

Json finished_output(const Choice& choice, const Envelope& envelope) {
    Json output = Json::array();
    for (const ToolCall& call : choice.calls) {
        output.push_back(call_item(call, "completed", call.arguments));
    }
    if (choice.calls.empty()) {
        const char* const status = choice.finish == Finish::stop ? "completed" : "incomplete";
        output.push_back(message_item(message_id(envelope), status,
                                      Json::array({text_part(choice.text())})));
    }
    return output;
}

Json usage_of(const Usage& usage) {
    return {{"input_tokens", usage.prompt},
            {"input_tokens_details", {{"cached_tokens", usage.cached}}},
            {"output_tokens", usage.completion},
            {"output_tokens_details", {{"reasoning_tokens", usage.reasoning}}},
            {"total_tokens", usage.total()}};
}

/// The response object before anything was said.
Json opening_document(const Prompt& prompt, const Envelope& envelope) {
    const Json& body = prompt.body;
    const Json plain_text = {{"format", {{"type", "text"}}}};
    return {{"id", "resp_" + envelope.id},
            {"object", "response"},
            {"created_at", envelope.created},
            {"status", "in_progress"},
            {"background", false},
            {"error", nullptr},
            {"incomplete_details", nullptr},
            {"instructions", body.value("instructions", Json())},
            {"max_output_tokens", body.value("max_output_tokens", Json())},
            {"model", prompt.model},
            {"output", Json::array()},
            {"parallel_tool_calls", body.value("parallel_tool_calls", Json(true))},
            {"previous_response_id", body.value("previous_response_id", Json())},
            {"reasoning", {{"effort", nullptr}, {"summary", nullptr}}},
            {"store", body.value("store", Json(true))},
            {"temperature", body.value("temperature", Json(1.0))},
            {"text", body.value("text", plain_text)},
            {"tool_choice", body.value("tool_choice", Json("auto"))},
            {"tools", body.value("tools", Json::array())},
            {"top_p", body.value("top_p", Json(1.0))},
            {"truncation", "disabled"},
            {"usage", nullptr},
            {"metadata", body.value("metadata", Json::object())}};
}

/// Numbers events and gives them their frames.
class StreamBuilder {
public:
    void add(const char* type, EventKind kind, const Json& fields) {
        Json document = {{"type", type}, {"sequence_number", events_.size()}};
        document.update(fields);
        events_.push_back({event_frame(document), kind});
    }

    /// An event about the item at `output_index`, named `id`.
    void add_item(const char* type, const Json& item, const Json& fields) {
        Json all = item;
        all.update(fields);
        add(type, EventKind::token, all);
    }

    std::vector<Event> take() { return std::move(events_); }

private:
    std::vector<Event> events_;
};

void add_text(StreamBuilder& builder, const Choice& choice, const Envelope& envelope) {
    const std::string id = message_id(envelope);
    const Json place = {{"item_id", id}, {"output_index", 0}, {"content_index", 0}};
    const Json whole = finished_output(choice, envelope).front();
    builder.add("response.output_item.added", EventKind::token,
                {{"output_index", 0}, {"item", message_item(id, "in_progress", Json::array())}});
    builder.add_item("response.content_part.added", place, {{"part", text_part("")}});
    for (const std::string& piece : choice.pieces) {
        builder.add_item("response.output_text.delta", place,
                         {{"delta", piece}, {"logprobs", Json::array()}});
    }
    builder.add_item("response.output_text.done", place,
                     {{"text", choice.text()}, {"logprobs", Json::array()}});
    builder.add_item("response.content_part.done", place, {{"part", text_part(choice.text())}});
    builder.add("response.output_item.done", EventKind::closing,
                {{"output_index", 0}, {"item", whole}});
}

void add_calls(StreamBuilder& builder, const Choice& choice) {
    for (std::size_t index = 0; index < choice.calls.size(); ++index) {
        const ToolCall& call = choice.calls[index];
        const Json place = {{"item_id", "fc_" + call.id}, {"output_index", index}};
        builder.add("response.output_item.added", EventKind::token,
                    {{"output_index", index}, {"item", call_item(call, "in_progress", "")}});
        for (const auto& piece : cut_text(call.arguments, argument_piece_bytes)) {
            builder.add_item("response.function_call_arguments.delta", place, {{"delta", piece}});
        }
        builder.add_item("response.function_call_arguments.done", place,
                         {{"name", call.name}, {"arguments", call.arguments}});
        builder.add("response.output_item.done", EventKind::closing,
                    {{"output_index", index},
                     {"item", call_item(call, "completed", call.arguments)}});
    }
}

}  // namespace

std::string event_frame(const Json& document) {
    return "event: " + document.at("type").get<std::string>() + "\ndata: " + document.dump() +
           "\n\n";
}

Json response_document(const Prompt& prompt, const Story& story, const Envelope& envelope) {
    const Choice& choice = story.choices.front();
    Json document = opening_document(prompt, envelope);
    document["status"] = "completed";
    if (choice.finish == Finish::length || choice.finish == Finish::content_filter) {
        const bool is_length = choice.finish == Finish::length;
        document["status"] = "incomplete";
        document["incomplete_details"] = {
            {"reason", is_length ? "max_output_tokens" : "content_filter"}};
    }
    document["output"] = finished_output(choice, envelope);
    document["usage"] = usage_of(story.usage);
    return document;
}

std::vector<Event> response_stream(const Prompt& prompt, const Story& story,
                                   const Envelope& envelope) {
    const Choice& choice = story.choices.front();
    const Json opening = {{"response", opening_document(prompt, envelope)}};
    const Json whole = response_document(prompt, story, envelope);
    const std::string last = "response." + whole.at("status").get<std::string>();

    StreamBuilder builder;
    builder.add("response.created", EventKind::prelude, opening);
    builder.add("response.in_progress", EventKind::prelude, opening);
    if (choice.calls.empty()) {
        add_text(builder, choice, envelope);
    } else {
        add_calls(builder, choice);
    }
    builder.add(last.c_str(), EventKind::terminal, {{"response", whole}});
    return builder.take();
}

}  // namespace spillway_sim
