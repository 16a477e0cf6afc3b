#include "tools/question.hpp"

#include "config/suggest.hpp"
#include "tools/bounded_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace spillway {

namespace {

using Json = nlohmann::ordered_json;
using boost::system::in_place_error;

// As deep as the data path accepts bodies (wire/inspect), and one more for being inside `body`.
constexpr int depth_max = 65;

bool store_text(std::string& field, const Json& value) {
    if (!value.is_string()) { return false; }
    field = value.get<std::string>();
    return true;
}

bool store_tokens(std::optional<Tokens>& field, const Json& value) {
    const bool fits = value.is_number_unsigned() &&
                      value.get<std::uint64_t>() <= std::uint64_t{question_tokens_max};
    if (fits) { field = value.get<Tokens>(); }
    return fits;
}

bool store_body(std::optional<std::string>& field, const Json& value) {
    if (!value.is_string() && !value.is_object()) { return false; }
    field = value.is_string() ? value.get<std::string>() : value.dump();
    return true;
}

bool store_names(std::vector<std::string>& field, const Json& value) {
    if (!value.is_array()) { return false; }
    for (const Json& name : value) {
        if (!name.is_string()) { return false; }
        field.push_back(name.get<std::string>());
    }
    return true;
}

template <class Target>
struct Member {
    std::string_view key;
    std::string_view wanted;  // "has to be ..."
    bool (*store)(Target& target, const Json& value);
};

template <class Target, std::size_t Count>
std::string read_members(const Json& object, const std::array<Member<Target>, Count>& members,
                         Target& target) {
    for (const auto& [key, value] : object.items()) {
        const auto member = std::ranges::find(members, std::string_view(key), &Member<Target>::key);
        if (member == members.end()) {
            std::vector<std::string> known;
            for (const auto& each : members) { known.emplace_back(each.key); }
            return "There is no key `" + key.substr(0, 64) + "` here; use " + listed(known) + ".";
        }
        if (!member->store(target, value)) {
            return "`" + key + "` has to be " + std::string(member->wanted) + ".";
        }
    }
    return {};
}

constexpr std::string_view a_list = "a list of names of deployments or resources";

constexpr std::array<Member<Supposed>, 3> supposed_members = {{
    {"down", a_list, [](Supposed& s, const Json& v) { return store_names(s.down, v); }},
    {"throttled", a_list, [](Supposed& s, const Json& v) { return store_names(s.throttled, v); }},
    {"full", a_list, [](Supposed& s, const Json& v) { return store_names(s.full, v); }},
}};

constexpr std::string_view a_number = "a whole number from 0 to 2147483647";

constexpr std::array<Member<Question>, 7> question_members = {{
    {"model", "text", [](Question& q, const Json& v) { return store_text(q.model, v); }},
    {"operation", "text", [](Question& q, const Json& v) { return store_text(q.operation, v); }},
    {"path", "text", [](Question& q, const Json& v) { return store_text(q.path, v); }},
    {"body", "the request's body, as an object or as text",
     [](Question& q, const Json& v) { return store_body(q.body, v); }},
    {"estimated_tokens", a_number,
     [](Question& q, const Json& v) { return store_tokens(q.estimated_tokens, v); }},
    {"prompt_tokens", a_number,
     [](Question& q, const Json& v) { return store_tokens(q.prompt_tokens, v); }},
    {"max_tokens", a_number,
     [](Question& q, const Json& v) { return store_tokens(q.max_tokens, v); }},
}};

}  // namespace

boost::system::result<Question, std::string> read_question(std::string_view json) {
    auto read = read_json(json, depth_max);
    Json document = read ? std::move(*read) : Json();
    if (!document.is_object()) {
        return {in_place_error, R"(Send a JSON object such as {"model": "gpt-4o"}.)"};
    }
    Question question;
    std::string trouble;
    if (const auto supposed = document.find("suppose"); supposed != document.end()) {
        trouble = supposed->is_object()
                      ? read_members(*supposed, supposed_members, question.supposed)
                      : R"(`suppose` has to be an object such as {"down": ["east"]}.)";
        document.erase(supposed);
    }
    if (trouble.empty()) { trouble = read_members(document, question_members, question); }
    if (!trouble.empty()) { return {in_place_error, trouble}; }
    return question;
}

std::string to_json(const Question& question) {
    Json document = Json::object();
    const auto add_text = [&](const char* key, const std::string& text) {
        if (!text.empty()) { document[key] = text; }
    };
    const auto add_tokens = [&](const char* key, const std::optional<Tokens>& tokens) {
        if (tokens) { document[key] = *tokens; }
    };
    add_text("model", question.model);
    add_text("operation", question.operation);
    add_text("path", question.path);
    if (question.body) { document["body"] = *question.body; }
    add_tokens("estimated_tokens", question.estimated_tokens);
    add_tokens("prompt_tokens", question.prompt_tokens);
    add_tokens("max_tokens", question.max_tokens);
    if (question.supposed != Supposed{}) {
        document["suppose"] = {{"down", question.supposed.down},
                               {"throttled", question.supposed.throttled},
                               {"full", question.supposed.full}};
    }
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace spillway
