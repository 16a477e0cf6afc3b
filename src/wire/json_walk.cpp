#include "wire/json_walk.hpp"

#include "wire/json_token.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace spillway {

namespace {

namespace ondemand = simdjson::ondemand;
using namespace std::string_view_literals;

constexpr std::string_view too_deep = "it is nested too deeply";

/// Keys of parts that cost a flat amount.
bool is_flat_part(std::string_view name) noexcept {
    constexpr std::array names = {"image_url"sv, "input_audio"sv, "audio"sv, "file"sv,
                                  "file_data"sv};
    return std::ranges::find(names, name) != names.end();
}

/// Keys of strings that are not text of the prompt.
bool is_label(std::string_view name) noexcept {
    constexpr std::array names = {"type"sv,         "role"sv,   "id"sv,     "call_id"sv,
                                  "tool_call_id"sv, "status"sv, "detail"sv, "file_id"sv};
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::string_view token_of(ondemand::value& value) noexcept {
    const std::string_view raw = value.raw_json_token();
    return raw.substr(0, raw.find_last_not_of(" \t\r\n") + 1);
}

bool JsonWalk::visit(ondemand::value& value, unsigned depth, Counts counts) {
    const std::string_view token = token_of(value);
    switch (token.empty() ? '\0' : token[0]) {
        case '"': return string(value, token, counts);
        case '{': return depth <= depth_max ? object(value, depth, counts) : fail(too_deep);
        case '[': return depth <= depth_max ? array(value, depth, counts) : fail(too_deep);
        default: break;
    }
    if (counts == Counts::items) { ++flat_; }
    return is_json_scalar(token) || fail("a value in it is not a JSON value");
}

Tokens JsonWalk::tokens() const noexcept {
    return flat_ + static_cast<Tokens>((characters_ + 3) / 4);
}

bool JsonWalk::fail(std::string_view why) noexcept {
    why_ = why;
    return false;
}

bool JsonWalk::array(ondemand::value& value, unsigned depth, Counts counts) {
    ondemand::array items;
    if (const auto error = value.get_array().get(items)) { return fail(error); }
    for (auto next : items) {
        ondemand::value item;
        if (const auto error = next.get(item)) { return fail(error); }
        if (!visit(item, depth + 1, counts)) { return false; }
    }
    return true;
}

bool JsonWalk::object(ondemand::value& value, unsigned depth, Counts counts) {
    ondemand::object members;
    if (const auto error = value.get_object().get(members)) { return fail(error); }
    for (auto next : members) {
        ondemand::field field;
        std::string_view name;
        if (const auto error = std::move(next).get(field)) { return fail(error); }
        if (const auto error = field.unescaped_key().get(name)) { return fail(error); }
        if (!visit(field.value(), depth + 1, of_member(name, counts))) { return false; }
    }
    return true;
}

bool JsonWalk::string(ondemand::value& value, std::string_view token, Counts counts) {
    // Consumed as a string, so that a colon behind it cannot pass for the colon of a member.
    ondemand::raw_json_string raw;
    if (const auto error = value.get_raw_json_string().get(raw)) { return fail(error); }
    if (!is_json_string(token)) { return fail("a string in it has a bad escape"); }
    if (counts != Counts::nothing) { characters_ += json_characters(token); }
    return true;
}

JsonWalk::Counts JsonWalk::of_member(std::string_view name, Counts counts) noexcept {
    if (counts == Counts::nothing || is_label(name)) { return Counts::nothing; }
    if (!is_flat_part(name)) { return Counts::parts; }
    flat_ += flat_part_tokens;
    return Counts::nothing;
}

}  // namespace spillway
