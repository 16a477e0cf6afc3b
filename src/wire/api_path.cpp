// A path is cut into segments first and judged after: no rule looks at raw slashes or escapes
// twice, so `//`, a trailing slash or an encoded dot cannot mean one thing here and another
// upstream. What is sent upstream is built anew (upstream_target), never pasted from here.
#include "wire/api_path.hpp"

#include "wire/octets.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace spillway {

namespace {

using octets::Class;
using Segment = std::string_view;

struct Segments {
    std::array<Segment, 8> items;  // the longest form served has six
    std::size_t count = 0;
};

struct Match {
    Operation operation;
    Segment model;  // of models_get
};

struct Entry {
    std::string_view path;
    Operation operation;
    std::string_view allow;
};

constexpr std::array entries = {
    Entry{"chat/completions", Operation::chat_completions, "POST"},
    Entry{"completions", Operation::completions, "POST"},
    Entry{"embeddings", Operation::embeddings, "POST"},
    Entry{"responses", Operation::responses, "POST"},
    Entry{"models", Operation::models_list, "GET, HEAD"},
};

PathError bad_path(std::string message) { return {400, "invalid_path", std::move(message)}; }

/// `%xx` everywhere, and never one that hides what separates or ends a segment.
bool has_safe_escapes(std::string_view path) noexcept {
    constexpr std::array<int, 4> forbidden = {0x00, '.', '/', '\\'};
    for (std::size_t at = path.find('%'); at != path.npos; at = path.find('%', at + 1)) {
        if (at + 2 >= path.size()) { return false; }
        const int high = octets::hex_value(path[at + 1]);
        const int low = octets::hex_value(path[at + 2]);
        if (high < 0 || low < 0) { return false; }
        if (std::ranges::find(forbidden, high * 16 + low) != forbidden.end()) { return false; }
    }
    return true;
}

/// Nothing when there are more segments than any form has.
std::optional<Segments> split(std::string_view path) noexcept {
    Segments segments;
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        if (slash > 0) {
            if (segments.count == segments.items.size()) { return std::nullopt; }
            segments.items[segments.count++] = path.substr(0, slash);
        }
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return segments;
}

/// Decodes a deployment or model name once. Names are looked up in the routing table, so the set of
/// bytes is wide (printable ASCII); what is refused could be read as a path by somebody.
std::optional<std::string> decode_name(Segment segment) {
    constexpr std::size_t name_bytes_max = 128;
    std::string name;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        char c = segment[i];
        if (c == '%') {
            c = static_cast<char>(octets::hex_value(segment[i + 1]) * 16 +
                                  octets::hex_value(segment[i + 2]));
            i += 2;
        }
        const bool is_printable = c == ' ' || octets::is(Class::visible, c);
        // A `%` that is left over was encoded twice.
        if (!is_printable || c == '%' || c == '\\') { return std::nullopt; }
        name.push_back(c);
    }
    if (name.empty() || name.size() > name_bytes_max) { return std::nullopt; }
    return name;
}

/// Takes the segments that say which API this is; leaves the operation's.
Surface take_surface(std::span<const Segment>& rest, Segment& deployment) noexcept {
    if (!rest.empty() && rest[0] == "v1") {
        rest = rest.subspan(1);
        return Surface::openai;
    }
    if (rest.empty() || rest[0] != "openai") { return Surface::openai; }
    rest = rest.subspan(1);
    if (!rest.empty() && rest[0] == "v1") {
        rest = rest.subspan(1);
        return Surface::azure_v1;
    }
    if (rest.size() >= 2 && rest[0] == "deployments") {
        deployment = rest[1];
        rest = rest.subspan(2);
    }
    return Surface::azure;
}

std::optional<Match> match_operation(std::span<const Segment> rest) noexcept {
    if (rest.size() == 2 && rest[0] == "chat" && rest[1] == "completions") {
        return Match{Operation::chat_completions, {}};
    }
    if (rest.size() == 2 && rest[0] == "models") { return Match{Operation::models_get, rest[1]}; }
    if (rest.size() != 1) { return std::nullopt; }
    const auto found = std::ranges::find(entries, rest[0], &Entry::path);
    if (found == entries.end()) { return std::nullopt; }
    return Match{found->operation, {}};
}

std::string_view allow_of(Operation operation) noexcept {
    return is_inference(operation) ? "POST" : "GET, HEAD";
}

bool is_allowed(Operation operation, Method method) noexcept {
    if (is_inference(operation)) { return method == Method::post; }
    return method == Method::get || method == Method::head;
}

/// "POST /chat/completion", bounded: it goes into an error message.
std::string sent(Method method, std::string_view path) {
    constexpr std::size_t shown_bytes_max = 120;
    std::string text{"You sent "};
    text.append(name(method)).append(" ").append(path.substr(0, shown_bytes_max));
    if (path.size() > shown_bytes_max) { text.append("..."); }
    return text;
}

/// The served path that was probably meant: a known one behind a foreign prefix, cut short, or with
/// something appended (a whole operation URL pasted as base URL).
std::string_view probably_meant(std::string_view path, std::span<const Segment> rest) noexcept {
    if (rest.empty()) { return {}; }
    const auto start = static_cast<std::size_t>(rest.front().data() - path.data());
    const std::string_view asked = path.substr(start);
    for (const Entry& entry : entries) {
        if (path.ends_with(entry.path) || entry.path.starts_with(asked) ||
            asked.starts_with(entry.path)) {
            return entry.path;
        }
    }
    return {};
}

PathError unknown_url(Method method, std::string_view path, std::span<const Segment> rest,
                      const OwnAddress& own) {
    std::string message = sent(method, path) + ", which is not served here.";
    if (const std::string_view meant = probably_meant(path, rest); !meant.empty()) {
        message.append(" Did you mean /v1/").append(meant).append("?");
    }
    const std::string url = std::string(own.scheme) + "://" + std::string(own.host);
    message.append(" Set base_url to " + url + "/v1 (OpenAI SDKs) or azure_endpoint to " + url +
                   " (Azure SDKs). Served: chat/completions, completions, embeddings, responses,"
                   " models.");
    return {404, "unknown_url", std::move(message)};
}

std::optional<PathError> check_method(Method method, std::string_view path, Operation operation,
                                      Upgrade upgrade) {
    if (is_allowed(operation, method)) { return std::nullopt; }
    if (operation == Operation::responses && method == Method::get &&
        upgrade == Upgrade::websocket) {
        return PathError{426, "websocket_not_supported",
                         "WebSocket is not spoken here. Send POST /v1/responses with"
                         " \"stream\": true instead."};
    }
    const std::string_view allow = allow_of(operation);
    std::string message = sent(method, path) + ". Use ";
    message.append(allow).append(" for ").append(name(operation)).append(".");
    return PathError{405, "method_not_allowed", std::move(message), allow};
}

/// Dated versions, `v1`, `preview`: it is put into an upstream's URL, so nothing else may be in it.
bool is_api_version(std::string_view text) noexcept {
    constexpr std::size_t bytes_max = 32;
    return text.size() <= bytes_max && octets::all(Class::unreserved, text);
}

}  // namespace

std::string_view query_value(std::string_view query, std::string_view key) noexcept {
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=') {
            return pair.substr(key.size() + 1);
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return {};
}

std::variant<ApiPath, PathError> parse_api_path(Method method, std::string_view target,
                                                Upgrade upgrade, const OwnAddress& own) {
    const std::size_t question = std::min(target.find('?'), target.size());
    const std::string_view path = target.substr(0, question);
    if (!has_safe_escapes(path)) {
        return bad_path("The path holds a broken escape, or one of %00 %2E %2F %5C.");
    }
    const auto segments = split(path);
    if (!segments) { return unknown_url(method, path, {}, own); }
    std::span<const Segment> rest{segments->items.data(), segments->count};
    if (std::ranges::any_of(rest, [](Segment s) { return s == "." || s == ".."; })) {
        return bad_path("The path holds a . or .. segment.");
    }

    ApiPath result;
    Segment name_segment;
    result.surface = take_surface(rest, name_segment);
    const auto match = match_operation(rest);
    if (!match) { return unknown_url(method, path, rest, own); }
    if (auto refused = check_method(method, path, match->operation, upgrade)) {
        return std::move(*refused);
    }
    result.operation = match->operation;
    if (!match->model.empty()) { name_segment = match->model; }
    if (!name_segment.empty()) {
        auto decoded = decode_name(name_segment);
        if (!decoded) {
            return bad_path("A deployment name is 1 to 128 printable ASCII bytes, escaped once.");
        }
        result.deployment = std::move(*decoded);
    }
    result.query = target.substr(std::min(question + 1, target.size()));
    result.api_version = query_value(result.query, "api-version");
    if (!is_api_version(result.api_version)) {
        return PathError{400, "invalid_api_version",
                         "api-version is a date like 2024-10-21, v1 or preview."};
    }
    return result;
}

}  // namespace spillway
