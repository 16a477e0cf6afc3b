#include "sim/compose.hpp"

#include <map>
#include <utility>

#include "sim/chat.hpp"
#include "sim/embeddings.hpp"
#include "sim/responses.hpp"

namespace spillway_sim {

namespace {

std::vector<Event> stream_of(Operation operation, const Prompt& prompt, const Story& story,
                             const Envelope& envelope) {
    const UsageChunk usage = prompt.has_usage_chunk ? UsageChunk::last : UsageChunk::absent;
    if (operation == Operation::responses) { return response_stream(prompt, story, envelope); }
    if (operation == Operation::completions) { return completion_stream(story, envelope, usage); }
    return chat_stream(story, envelope, usage);
}

Json document_of(Operation operation, const Prompt& prompt, const Story& story,
                 const Envelope& envelope) {
    if (operation == Operation::responses) { return response_document(prompt, story, envelope); }
    if (operation == Operation::completions) { return completion_document(story, envelope); }
    return chat_document(story, envelope);
}

}  // namespace

Reply compose_story(Operation operation, const Prompt& prompt, const Story& story,
                    const Envelope& envelope) {
    if (!prompt.is_stream) {
        Reply reply = compose_document(document_of(operation, prompt, story, envelope));
        reply.work_tokens = story.usage.completion;
        return reply;
    }
    Reply reply;
    reply.is_stream = true;
    reply.headers = {{"content-type", "text/event-stream; charset=utf-8"}};
    reply.events = stream_of(operation, prompt, story, envelope);
    return reply;
}

Reply compose_embeddings(const Prompt& prompt, const std::string& model) {
    return compose_document(embeddings_document(prompt, model));
}

Reply compose_document(const Json& document) {
    Reply reply;
    reply.headers = {{"content-type", "application/json"}};
    reply.events = {{document.dump(), EventKind::terminal}};
    return reply;
}

std::string snapshot_of(const std::string& model) {
    static const std::map<std::string, std::string> snapshots{
        {"gpt-4o", "gpt-4o-2024-08-06"},
        {"gpt-4o-mini", "gpt-4o-mini-2024-07-18"},
        {"gpt-4.1", "gpt-4.1-2025-04-14"},
        {"o3-mini", "o3-mini-2025-01-31"}};
    const auto found = snapshots.find(model);
    return found == snapshots.end() ? model : found->second;
}

}  // namespace spillway_sim
