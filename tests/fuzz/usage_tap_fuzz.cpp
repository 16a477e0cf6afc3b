// Any split of a body gives the same usage and the same verdict on completeness, and a complete
// JSON object is found complete. The first byte chooses the pieces.

#include "wire/usage_tap.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace spillway;

UsageTap run(std::string_view body, std::size_t piece_size) {
    UsageTap tap(Operation::chat_completions);
    for (std::size_t i = 0; i < body.size(); i += piece_size) {
        tap.on_json(std::string(body.substr(i, piece_size)));
    }
    return tap;
}

/// Deeper than the tap follows, or longer than the other parser reads: it ends at NUL.
bool is_outside(std::string_view body) {
    if (body.find('\0') != body.npos) { return true; }
    return std::ranges::count_if(body, [](char c) { return c == '{' || c == '['; }) > 64;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) { return 0; }
    const std::size_t piece_size = 1 + data[0] % 64;
    const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
    const UsageTap whole = run(body, body.size());
    for (const std::size_t each : {piece_size, std::size_t{1}}) {
        const UsageTap split = run(body, each);
        if (split.usage() != whole.usage()) { std::abort(); }
        if (split.json_complete() != whole.json_complete()) { std::abort(); }
    }
    const bool container = body.find_first_of("{[\"") == body.find_first_not_of(" \t\r\n");
    if (container && !is_outside(body) && nlohmann::json::accept(body) && !whole.json_complete()) {
        std::abort();
    }
    SseEvent event;
    event.data = body;
    event.has_data = true;
    UsageTap(Operation::responses).on_event(event);
    return 0;
}
