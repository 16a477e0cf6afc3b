#include "wire/inspect.hpp"

#include "wire/json_token.hpp"
#include "wire/json_walk.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace spillway {

static_assert(body_padding >= simdjson::SIMDJSON_PADDING);

namespace {

namespace ondemand = simdjson::ondemand;
using namespace std::string_view_literals;

/// Of a number in a body.
struct Range {
    Tokens least;
    Tokens most;
    std::string_view words;
};

constexpr Tokens choices_max = 128;
constexpr Tokens bound_max = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t model_bytes_max = 256;
constexpr std::size_t kept_capacity_max = std::size_t{1} << 20U;

enum class Key : std::uint8_t {
    model,
    stream,
    stream_options,
    n,
    best_of,
    max_tokens,
    max_completion_tokens,
    max_output_tokens,
    user,
    tools,
    messages,
    input,
    prompt,
    instructions,
    other,
};

constexpr std::array key_names = {
    "model"sv,
    "stream"sv,
    "stream_options"sv,
    "n"sv,
    "best_of"sv,
    "max_tokens"sv,
    "max_completion_tokens"sv,
    "max_output_tokens"sv,
    "user"sv,
    "tools"sv,
    "messages"sv,
    "input"sv,
    "prompt"sv,
    "instructions"sv,
};
static_assert(key_names.size() == static_cast<std::size_t>(Key::other));

std::string_view name_of(Key key) noexcept { return key_names[static_cast<std::size_t>(key)]; }

Key find_key(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(key_names, name);
    return static_cast<Key>(found - key_names.begin());
}

/// Reads one body. The first error ends it; every method says whether to go on.
class Reading {
public:
    Reading(std::string_view body, Operation operation) : body_(body), operation_(operation) {}

    [[nodiscard]] bool document(ondemand::parser& parser);
    [[nodiscard]] Inspection take_inspection();
    [[nodiscard]] BodyError take_error();

private:
    [[nodiscard]] bool member(ondemand::field& field);
    [[nodiscard]] bool known(Key key, ondemand::value& value);
    [[nodiscard]] bool model(ondemand::value& value);
    [[nodiscard]] bool flag(Key key, ondemand::value& value, bool& into);
    [[nodiscard]] bool choices(Key key, ondemand::value& value);
    [[nodiscard]] bool output_bound(Key key, ondemand::value& value);
    [[nodiscard]] bool amount(Key key, std::string_view token, Range range, Tokens& into);
    [[nodiscard]] bool stream_options(ondemand::value& value);
    [[nodiscard]] bool prompt(Key key, ondemand::value& value);

    bool duplicate(Key key, std::string_view name);
    bool wrong_type(Key key, std::string_view wanted);
    bool wrong_value(Key key, std::string_view wanted);

    std::string_view body_;
    Operation operation_;
    Inspection found_;
    BodyError error_;
    JsonWalk walk_;
    std::uint32_t seen_ = 0;
};

bool Reading::document(ondemand::parser& parser) {
    const std::size_t start = body_.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos || body_[start] != '{') {
        return walk_.fail("it has to be an object");
    }
    ondemand::document document;
    ondemand::object object;
    const simdjson::padded_string_view padded(body_, body_.size() + simdjson::SIMDJSON_PADDING);
    if (const auto error = parser.iterate(padded).get(document)) { return walk_.fail(error); }
    if (const auto error = document.get_object().get(object)) { return walk_.fail(error); }
    for (auto next : object) {
        ondemand::field field;
        if (const auto error = std::move(next).get(field)) { return walk_.fail(error); }
        if (!member(field)) { return false; }
    }
    const bool at_end = document.current_location().error() != simdjson::SUCCESS;
    return at_end || walk_.fail("something follows the object");
}

Inspection Reading::take_inspection() {
    found_.prompt = walk_.tokens();
    return std::move(found_);
}

BodyError Reading::take_error() {
    if (!walk_.why().empty()) {
        error_ = {"invalid_json", {}, "The request body is not valid JSON: "};
        error_.message += walk_.why();
    }
    return std::move(error_);
}

bool Reading::member(ondemand::field& field) {
    std::string_view name;
    if (const auto error = field.unescaped_key().get(name)) { return walk_.fail(error); }
    const Key key = find_key(name);
    const std::uint32_t bit = 1U << static_cast<unsigned>(key);
    if (key != Key::other && (seen_ & bit) != 0) { return duplicate(key, name_of(key)); }
    seen_ |= bit;
    return known(key, field.value());
}

bool Reading::known(Key key, ondemand::value& value) {
    switch (key) {
        case Key::model: return model(value);
        case Key::stream: return flag(key, value, found_.stream);
        case Key::stream_options: return stream_options(value);
        case Key::n:
        case Key::best_of: return choices(key, value);
        case Key::max_tokens:
        case Key::max_completion_tokens:
        case Key::max_output_tokens: return output_bound(key, value);
        case Key::messages:
        case Key::input:
        case Key::prompt:
        case Key::instructions: return prompt(key, value);
        case Key::user:
        case Key::tools:
        case Key::other: break;
    }
    return walk_.visit(value, 2, JsonWalk::Counts::nothing);
}

bool Reading::model(ondemand::value& value) {
    const std::string_view token = token_of(value);
    found_.model_offset = static_cast<std::size_t>(token.data() - body_.data());
    found_.model_length = token.size();
    if (token == "null") { return true; }
    if (!token.starts_with('"')) { return wrong_type(Key::model, "a string"); }
    std::string_view name;
    if (const auto error = value.get_string().get(name)) { return walk_.fail(error); }
    found_.model = name.substr(0, model_bytes_max);
    return name.size() <= model_bytes_max || wrong_value(Key::model, "shorter");
}

bool Reading::flag(Key key, ondemand::value& value, bool& into) {
    const std::string_view token = token_of(value);
    into = token == "true";
    return into || token == "false" || token == "null" || wrong_type(key, "true or false");
}

bool Reading::choices(Key key, ondemand::value& value) {
    Tokens number = 1;
    if (!amount(key, token_of(value), {1, choices_max, "from 1 to 128"}, number)) { return false; }
    found_.choices = std::max(found_.choices, number);
    return true;
}

bool Reading::output_bound(Key key, ondemand::value& value) {
    const std::string_view token = token_of(value);
    Tokens number = 0;
    if (!amount(key, token, {0, bound_max, "from 0 to 2147483647"}, number)) { return false; }
    if (token != "null") {
        found_.output_bound = std::max(number, found_.output_bound.value_or(0));
    }
    return true;
}

/// A whole number within the range; null leaves `into` alone.
bool Reading::amount(Key key, std::string_view token, Range range, Tokens& into) {
    if (token == "null") { return true; }
    Tokens number = 0;
    const auto* const last = token.data() + token.size();
    const auto [end, error] = std::from_chars(token.data(), last, number);
    const bool whole = end == last && is_json_scalar(token);
    if (!whole) { return wrong_type(key, "a whole number"); }
    if (error != std::errc{} || number < range.least || number > range.most) {
        return wrong_value(key, range.words);
    }
    into = number;
    return true;
}

bool Reading::stream_options(ondemand::value& value) {
    const std::string_view token = token_of(value);
    if (token == "null") { return true; }
    if (!token.starts_with('{')) { return wrong_type(Key::stream_options, "an object"); }
    constexpr std::string_view wanted = "include_usage";
    ondemand::object options;
    bool seen = false;
    if (const auto error = value.get_object().get(options)) { return walk_.fail(error); }
    for (auto next : options) {
        ondemand::field field;
        std::string_view name;
        if (const auto error = std::move(next).get(field)) { return walk_.fail(error); }
        if (const auto error = field.unescaped_key().get(name)) { return walk_.fail(error); }
        const bool is_wanted = name == wanted;
        if (is_wanted && seen) { return duplicate(Key::stream_options, wanted); }
        seen = seen || is_wanted;
        const bool good = is_wanted ? flag(Key::stream_options, field.value(), found_.include_usage)
                                    : walk_.visit(field.value(), 3, JsonWalk::Counts::nothing);
        if (!good) { return false; }
    }
    return true;
}

/// The type is checked where the operation gives the key its meaning: `prompt` is a text for
/// completions and a reference to a stored one for responses.
bool Reading::prompt(Key key, ondemand::value& value) {
    const std::string_view token = token_of(value);
    const bool chat = operation_ == Operation::chat_completions && key == Key::messages;
    const bool texts = (operation_ == Operation::completions && key == Key::prompt) ||
                       (operation_ == Operation::embeddings && key == Key::input) ||
                       (operation_ == Operation::responses && key == Key::input);
    const bool array = token.starts_with('[');
    if (chat && !array) { return wrong_type(key, "an array"); }
    if (texts && !array && !token.starts_with('"') && token != "null") {
        return wrong_type(key, "a string or an array");
    }
    return walk_.visit(value, 2, JsonWalk::Counts::items);
}

bool Reading::duplicate(Key key, std::string_view name) {
    error_ = {"duplicate_key", name_of(key), {}};
    error_.message.append("The key '").append(name).append("' is in the request body twice.");
    return false;
}

bool Reading::wrong_type(Key key, std::string_view wanted) {
    error_ = {"invalid_type", name_of(key), {}};
    error_.message.append("'")
        .append(name_of(key))
        .append("' has to be ")
        .append(wanted)
        .append(".");
    return false;
}

bool Reading::wrong_value(Key key, std::string_view wanted) {
    wrong_type(key, wanted);
    error_.code = "invalid_value";
    return false;
}

}  // namespace

Tokens Inspection::estimate(Operation operation, Tokens default_output) const noexcept {
    if (operation == Operation::embeddings) { return prompt; }
    return prompt + choices * output_bound.value_or(default_output);
}

bool Inspection::asks_usage(Operation operation) const noexcept {
    const bool only_when_asked = operation == Operation::chat_completions ||
                                 operation == Operation::completions;
    return !stream || !only_when_asked || include_usage;
}

struct Inspector::State {
    ondemand::parser parser;
};

Inspector::Inspector() : state_(std::make_unique<State>()) {}
Inspector::~Inspector() = default;

std::variant<Inspection, BodyError> Inspector::inspect(std::string_view body, Operation operation) {
    Reading reading(body, operation);
    const bool good = reading.document(state_->parser);
    if (state_->parser.capacity() > kept_capacity_max) { state_->parser = ondemand::parser(); }
    if (good) { return reading.take_inspection(); }
    return reading.take_error();
}

}  // namespace spillway
