#include "sim/story.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <random>

#include "sim/schema_instance.hpp"

namespace spillway_sim {

namespace {

// Multi-byte words and U+2028 are here because a relay that cuts or re-encodes text shows on them.
constexpr std::array words{"the",    "harbour", "keeps",      "its",    "light",       "naïve",
                           "東京",   "and",     "water",      "🙂",     "runs",        "over",
                           "stone",  "a",       "long\nline", "of",     "copper",      "“quoted”",
                           "behind", "every",   "gate",       "Zürich", "turns\u2028", "quietly"};

constexpr std::size_t piece_bytes = 6;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

/// Whether a word of at least four letters of the tool's name stands in the question.
bool is_asked_for(const Tool& tool, const std::string& question) {
    const std::string name = lower(tool.name) + '_';
    for (std::size_t from = 0, to = 0; (to = name.find('_', from)) != std::string::npos;
         from = to + 1) {
        if (to - from >= 4 && question.find(name.substr(from, to - from)) != std::string::npos) {
            return true;
        }
    }
    return false;
}

std::vector<Tool> tools_to_call(const Prompt& prompt) {
    std::vector<Tool> called;
    if (prompt.tool_choice == "none" || prompt.question.empty()) { return called; }
    const std::string question = lower(prompt.question);
    for (const Tool& tool : prompt.tools) {
        const bool is_wanted = prompt.tool_choice == "auto" ? is_asked_for(tool, question)
                                                            : prompt.tool_choice == tool.name;
        if (is_wanted) { called.push_back(tool); }
    }
    if (prompt.tool_choice == "required" && !prompt.tools.empty()) {
        called = {prompt.tools.front()};
    }
    if (prompt.body.value("parallel_tool_calls", Json()) == false && called.size() > 1) {
        called.resize(1);
    }
    return called;
}

std::int64_t directive_or(const Prompt& prompt, std::int64_t fallback) {
    constexpr std::string_view directive = "sim:tokens=";
    const auto at = prompt.text.rfind(directive);
    if (at == std::string::npos) { return fallback; }
    std::int64_t wanted = 0;
    const char* const digits = prompt.text.data() + at + directive.size();
    std::from_chars(digits, prompt.text.data() + prompt.text.size(), wanted);
    return wanted > 0 ? wanted : fallback;
}

Choice call_tools(const std::vector<Tool>& tools, std::uint64_t seed) {
    Choice choice;
    choice.finish = Finish::tool_calls;
    for (const Tool& tool : tools) {
        const std::uint64_t mark = seed + choice.calls.size();
        choice.calls.push_back({"call_sim" + std::to_string(mark), tool.name,
                                make_instance(tool.parameters, seed).dump()});
    }
    return choice;
}

Choice speak(const Prompt& prompt, std::uint64_t seed, std::int64_t tokens) {
    Choice choice;
    std::mt19937_64 random(seed);
    const std::int64_t wanted = directive_or(prompt, tokens);
    const std::int64_t length = std::min(wanted, prompt.output_max.value_or(wanted));
    for (std::int64_t said = 0; said < length; ++said) {
        const std::string word = words.at(random() % words.size());
        choice.pieces.push_back(said == 0 ? word : ' ' + word);
    }
    if (length < wanted) { choice.finish = Finish::length; }
    if (prompt.text.find("sim:filter-output") != std::string::npos) {
        choice.pieces.resize((choice.pieces.size() + 1) / 2);
        choice.finish = Finish::content_filter;
    }
    return choice;
}

Choice make_choice(const Prompt& prompt, std::uint64_t seed, std::int64_t tokens) {
    const auto called = tools_to_call(prompt);
    if (!called.empty()) { return call_tools(called, seed); }
    if (prompt.schema.is_null()) { return speak(prompt, seed, tokens); }
    Choice choice;
    choice.pieces = cut_text(make_instance(prompt.schema, seed).dump(), piece_bytes);
    return choice;
}

std::int64_t completion_tokens(const Choice& choice) {
    auto tokens = static_cast<std::int64_t>(choice.pieces.size());
    for (const ToolCall& call : choice.calls) {
        tokens += count_tokens(call.name + call.arguments);
    }
    return tokens;
}

}  // namespace

std::string Choice::text() const {
    std::string all;
    for (const std::string& piece : pieces) { all += piece; }
    return all;
}

Story tell(const Prompt& prompt, std::int64_t tokens) {
    Story story;
    story.usage.prompt = prompt_tokens(prompt);
    for (std::int64_t index = 0; index < prompt.choices; ++index) {
        const std::uint64_t seed = fingerprint(prompt.text, prompt.seed + index);
        story.choices.push_back(make_choice(prompt, seed, tokens));
        story.usage.completion += completion_tokens(story.choices.back());
    }
    return story;
}

std::vector<std::string> cut_text(const std::string& text, std::size_t length) {
    std::vector<std::string> pieces;
    for (std::size_t from = 0; from < text.size();) {
        std::size_t to = std::min(text.size(), from + length);
        while (to < text.size() && (static_cast<unsigned char>(text[to]) & 0xC0U) == 0x80U) {
            ++to;
        }
        pieces.push_back(text.substr(from, to - from));
        from = to;
    }
    return pieces;
}

const char* name_of(Finish finish) {
    switch (finish) {
        case Finish::stop: return "stop";
        case Finish::length: return "length";
        case Finish::tool_calls: return "tool_calls";
        case Finish::content_filter: return "content_filter";
    }
    return "";
}

}  // namespace spillway_sim
