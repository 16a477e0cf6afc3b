#include "sim/prompt.hpp"

#include <algorithm>

namespace spillway_sim {

namespace {

// What the service charges a request that bounds no output (azure-protocol §3.1).
constexpr std::int64_t default_output_tokens = 16;

template <class T>
T get_or(const Json& object, const char* name, T fallback) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) { return fallback; }
    return found->get<T>();
}

/// Text of a message's content: a string, or a list of parts.
std::string text_of(const Json& content) {
    if (content.is_string()) { return content.get<std::string>(); }
    std::string text;
    if (!content.is_array()) { return text; }
    for (const Json& part : content) {
        if (part.is_object()) { text += get_or<std::string>(part, "text", ""); }
    }
    return text;
}

void read_tools(Prompt& prompt) {
    const Json& body = prompt.body;
    for (const Json& tool : body.value("tools", Json::array())) {
        const Json& function = tool.contains("function") ? tool.at("function") : tool;
        if (!function.contains("name")) { continue; }
        prompt.tools.push_back({function.at("name").get<std::string>(),
                                function.value("parameters", Json::object())});
    }
    const auto choice = body.find("tool_choice");
    if (choice == body.end()) { return; }
    if (choice->is_string()) {
        prompt.tool_choice = choice->get<std::string>();
    } else if (choice->is_object()) {
        const Json& named = choice->contains("function") ? choice->at("function") : *choice;
        prompt.tool_choice = named.value("name", "required");
    }
}

void read_schema(Prompt& prompt) {
    const Json format = prompt.body.contains("text")
                            ? prompt.body.at("text").value("format", Json::object())
                            : prompt.body.value("response_format", Json::object());
    const auto kind = format.value("type", "text");
    if (kind == "json_object") {
        prompt
            .schema = Json::parse(R"({"type":"object","properties":{"answer":{"type":"string"}}})");
    } else if (kind == "json_schema") {
        const Json& holder = format.contains("json_schema") ? format.at("json_schema") : format;
        prompt.schema = holder.value("schema", Json::object());
    }
}

void read_messages(Prompt& prompt, const Json& messages) {
    for (const Json& message : messages) {
        const std::string said = message.contains("output")
                                     ? text_of(message.at("output"))
                                     : text_of(message.value("content", Json()));
        const bool is_tool_result = get_or<std::string>(message, "role", "") == "tool" ||
                                    get_or<std::string>(message, "type", "") ==
                                        "function_call_output";
        prompt.text += said;
        prompt.text += '\n';
        prompt.question = is_tool_result ? "" : said;
    }
}

/// `prompt` of completions and `input` of embeddings: text, texts, tokens or lists of tokens.
void read_texts(Prompt& prompt, const Json& texts) {
    if (texts.is_string()) {
        prompt.text += texts.get<std::string>();
    } else if (texts.is_number()) {
        ++prompt.literal_tokens;
    } else if (texts.is_array()) {
        for (const Json& text : texts) { read_texts(prompt, text); }
    }
}

const char* input_field(Operation operation) {
    if (operation == Operation::chat) { return "messages"; }
    return operation == Operation::completions ? "prompt" : "input";
}

std::optional<std::int64_t> read_output_max(const Json& body) {
    for (const char* name : {"max_completion_tokens", "max_output_tokens", "max_tokens"}) {
        const auto bound = get_or<std::int64_t>(body, name, 0);
        if (bound > 0) { return bound; }
    }
    return std::nullopt;
}

Prompt read_fields(Operation operation, Json body) {
    Prompt prompt;
    prompt.body = std::move(body);
    const Json& fields = prompt.body;
    prompt.model = get_or<std::string>(fields, "model", "");
    prompt.is_stream = get_or(fields, "stream", false);
    prompt.choices = std::max<std::int64_t>(1, get_or<std::int64_t>(fields, "n", 1));
    prompt.seed = get_or<std::int64_t>(fields, "seed", 0);
    prompt.output_max = read_output_max(fields);
    if (fields.contains("stream_options") && fields.at("stream_options").is_object()) {
        prompt.has_usage_chunk = get_or(fields.at("stream_options"), "include_usage", false);
    }
    prompt.text = get_or<std::string>(fields, "instructions", "");
    const Json& input = fields.at(input_field(operation));
    const bool is_conversation = operation == Operation::chat ||
                                 (operation == Operation::responses && input.is_array());
    if (is_conversation) {
        read_messages(prompt, input);
    } else {
        read_texts(prompt, input);
        prompt.question = prompt.text;
    }
    read_tools(prompt);
    read_schema(prompt);
    return prompt;
}

}  // namespace

std::variant<Prompt, PromptError> read_prompt(Operation operation, const std::string& body) {
    Json parsed = Json::parse(body, nullptr, false);
    if (parsed.is_discarded() || !parsed.is_object()) {
        return PromptError{"We could not parse the JSON body of your request.", "", ""};
    }
    const char* const needed = input_field(operation);
    if (!parsed.contains(needed)) {
        return PromptError{std::string("Missing required parameter: '") + needed + "'.", needed,
                           "missing_required_parameter"};
    }
    try {
        return read_fields(operation, std::move(parsed));
    } catch (const Json::exception& error) {
        return PromptError{std::string("Invalid type in the request: ") + error.what(), "",
                           "invalid_type"};
    }
}

std::int64_t count_tokens(const std::string& text) {
    return static_cast<std::int64_t>((text.size() + 3) / 4);
}

std::int64_t prompt_tokens(const Prompt& prompt) {
    return count_tokens(prompt.text) + prompt.literal_tokens;
}

std::int64_t estimate_tokens(Operation operation, const Prompt& prompt) {
    if (operation == Operation::embeddings) { return prompt_tokens(prompt); }
    const std::int64_t output = prompt.output_max.value_or(default_output_tokens);
    return prompt_tokens(prompt) + output * prompt.choices;
}

std::uint64_t fingerprint(const std::string& text, std::int64_t seed) {
    std::uint64_t hash = 14695981039346656037U ^ static_cast<std::uint64_t>(seed);
    for (const char letter : text) {
        hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211U;
    }
    return hash;
}

}  // namespace spillway_sim
