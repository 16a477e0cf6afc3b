// What `inspect` accepts is JSON to another parser too, and what it refuses as invalid JSON is not,
// but for the depth bound. The model it reports is the one that parser reads, and its place can be
// spliced.

#include "wire/inspect.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace spillway;
using nlohmann::json;

std::variant<Inspection, BodyError> inspect(std::string body) {
    static Inspector inspector;
    const std::size_t size = body.size();
    body.append(body_padding, '"');
    return inspector.inspect(std::string_view(body).substr(0, size), Operation::chat_completions);
}

/// What the other parser makes of it. Empty where its rules differ on purpose: it refuses lone
/// surrogates and numbers beyond a double, ends at NUL and skips a BOM.
std::optional<json> reference(const std::string& body) {
    const bool surrogates = body.find("\\ud") != body.npos || body.find("\\uD") != body.npos;
    const bool bom = body.starts_with("\xEF\xBB\xBF");
    if (surrogates || bom || body.find('\0') != body.npos) { return std::nullopt; }
    try {
        return json::parse(body);
    } catch (const json::out_of_range&) { return std::nullopt; } catch (const json::parse_error&) {
        return json(json::value_t::discarded);
    }
}

void check_accepted(const std::string& body, const json& document, const Inspection& found) {
    if (!document.is_object()) { std::abort(); }
    const bool has_model = document.contains("model");
    if (has_model != (found.model_length > 0)) { std::abort(); }
    if (found.stream != (document.value("stream", json()) == true)) { std::abort(); }
    if (!has_model) { return; }
    if (document["model"].is_string() && document["model"] != found.model) { std::abort(); }
    std::string spliced = body;
    spliced.replace(found.model_offset, found.model_length, json_quoted("new"));
    if (json::parse(spliced, nullptr, false)["model"] != "new") { std::abort(); }
}

void check_refused(const json& document, const BodyError& error) {
    if (error.message.size() > 200) { std::abort(); }
    const bool deep = error.message.find("deep") != std::string::npos;
    if (error.code == "invalid_json" && !deep && document.is_object()) { std::abort(); }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string body(reinterpret_cast<const char*>(data), size);
    const auto answer = inspect(body);
    const auto document = reference(body);
    if (!document) { return 0; }
    if (const auto* const found = std::get_if<Inspection>(&answer)) {
        check_accepted(body, *document, *found);
    } else {
        check_refused(*document, std::get<BodyError>(answer));
    }
    return 0;
}
