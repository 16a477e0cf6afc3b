// Decides what the model says: words, tool calls or a structured document, and what it costs. The
// content is a function of the prompt and seed alone, so that two runs, two resources or a stream
// and a JSON answer can be compared byte for byte. Separate from the dialects that dress it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/prompt.hpp"

namespace spillway_sim {

struct ToolCall {
    std::string id;
    std::string name;
    std::string arguments;
};

enum class Finish { stop, length, tool_calls, content_filter };

/// One choice: either pieces of text (a token each) or tool calls.
struct Choice {
    std::vector<std::string> pieces;
    std::vector<ToolCall> calls;
    Finish finish = Finish::stop;

    [[nodiscard]] std::string text() const;
};

struct Usage {
    std::int64_t prompt = 0;
    std::int64_t completion = 0;
    std::int64_t cached = 0;
    std::int64_t reasoning = 0;

    [[nodiscard]] std::int64_t total() const { return prompt + completion; }
};

struct Story {
    std::vector<Choice> choices;
    Usage usage;
};

/// `tokens` is the length of a plain answer that nothing bounds. A tool is called where the request
/// demands it, or where the question holds a word of the tool's name ("weather" for get_weather).
/// The prompt directive `sim:tokens=N` sets the length of this one answer, `sim:filter-output` ends
/// it with the content filter; both survive a gateway, which headers do not.
[[nodiscard]] Story tell(const Prompt& prompt, std::int64_t tokens);

/// Cuts text into pieces of about `length` bytes, never inside a UTF-8 sequence.
[[nodiscard]] std::vector<std::string> cut_text(const std::string& text, std::size_t length);

/// "stop", "length", "tool_calls", "content_filter".
[[nodiscard]] const char* name_of(Finish finish);

}  // namespace spillway_sim
