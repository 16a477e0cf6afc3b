#include "tools/explanation_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace spillway {

namespace {

using Json = nlohmann::json;

/// 1234567 as "1,234,567".
std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3; at -= 3) { digits.insert(at - 3, ","); }
    return digits;
}

/// Rounded up: "in 0 s" would be wrong.
std::string waiting(const Json& seconds) {
    return std::to_string(static_cast<std::int64_t>(std::ceil(seconds.get<double>()))) + " s";
}

std::string percent(const Json& share) {
    return std::to_string(std::lround(share.get<double>() * 100)) + " %";
}

using Words = std::pair<std::string_view, std::string_view>;

/// What stands behind a word of the JSON; the word itself when it is newer than this program.
template <std::size_t Count>
std::string in_words(const std::array<Words, Count>& table, const std::string& word) {
    const auto found = std::ranges::find(table, std::string_view(word), &Words::first);
    return found == table.end() ? word : std::string(found->second);
}

constexpr std::array<Words, 11> skip_words = {{
    {"residency", "the route must not leave its geography"},
    {"open", "its breaker is open"},
    {"region_open", "the breaker of its resource is open"},
    {"probing", "another request is trying whether it is well again"},
    {"resting", "it answered 503 and named a time"},
    {"cooling", "it answered 429 and told us to wait"},
    {"tokens_full", "its tokens per minute are used up"},
    {"requests_full", "its requests per minute are used up"},
    {"too_big", "the request is larger than its tokens per minute"},
    {"unsupported", "its resource does not have this operation"},
    {"no_credential", "there is no token or key to sign with"},
}};

constexpr std::array<Words, 7> breaker_words = {{
    {"consecutive", "failures in a row"},
    {"local", "no connection"},
    {"rate", "too many failures"},
    {"misconfigured", "its key or name was refused"},
    {"region", "all of its resource fails"},
    {"probe_failed", "the last trial failed"},
    {"recovered", "recovered"},
}};

/// "its breaker is open (failures in a row), again in 12 s".
std::string skip_reason(const Json& one) {
    const auto skip = one.at("skip").get<std::string>();
    std::string text = in_words(skip_words, skip);
    if (!one.at("supposed").is_null()) { return "as supposed, " + text; }
    const char* breaker = skip == "region_open" ? "region_breaker" : "breaker";
    const Json& why = one.at(breaker).at("reason");
    if (skip.ends_with("open") && !why.is_null()) {
        text += " (" + in_words(breaker_words, why.get<std::string>()) + ")";
    }
    const Json& wait = one.at("ready_in_seconds");
    return wait.get<double>() > 0 ? text + ", again in " + waiting(wait) : text;
}

std::string state_of(const Json& one) {
    if (!one.at("eligible").get<bool>()) { return "skipped: " + skip_reason(one); }
    std::string text = "can serve";
    if (one.at("probe").get<bool>()) { text += ", as a trial whether it is well again"; }
    if (one.at("ramp").get<double>() < 1) {
        text += ", recovering: first for " + percent(one.at("ramp")) + " of its requests";
    }
    if (one.at("degraded").get<bool>()) { text += ", but slow: after the others of its tier"; }
    return text;
}

std::string left_of(const Json& limits) {
    if (limits.at("limit").is_null()) { return "unlimited"; }
    return grouped(limits.at("remaining").get<std::int64_t>()) + " of " +
           grouped(limits.at("limit").get<std::int64_t>());
}

using Line = std::vector<std::string>;

/// Columns as wide as their widest cell; the last one runs free.
std::string aligned(const std::vector<Line>& lines) {
    std::vector<std::size_t> widths(lines.front().size(), 0);
    for (const Line& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            widths[i] = std::max(widths[i], line[i].size());
        }
    }
    std::string text;
    for (const Line& line : lines) {
        for (std::size_t i = 0; i + 1 < line.size(); ++i) {
            text += "  " + line[i] + std::string(widths[i] - line[i].size(), ' ');
        }
        text += "  " + line.back() + "\n";
    }
    return text;
}

std::string heading(const Json& document) {
    const auto route = document.at("route").get<std::string>();
    std::string text = document.at("operation").get<std::string>() + " for `" +
                       document.at("model").get<std::string>() + "`: route `" + route + "`";
    if (document.at("by_alias").get<bool>()) { text += " (by an alias)"; }
    const Json& residency = document.at("residency");
    if (!residency.is_null()) { text += ", only in geography " + residency.get<std::string>(); }
    return text + "\n";
}

/// "75 %, else gpt-4o-west (25 %)".
std::string likelihood(const Json& attempt) {
    if (attempt.at("last_resort").get<bool>()) { return "as a last resort, about once a second"; }
    const Json& chances = attempt.at("chances");
    if (chances.size() == 1) { return "always"; }
    std::string text = percent(chances[0].at("share"));
    std::string separator = ", else ";
    for (std::size_t i = 1; i < chances.size(); ++i) {
        text += separator + chances[i].at("deployment").get<std::string>() + " (" +
                percent(chances[i].at("share")) + ")";
        separator = ", ";
    }
    return text;
}

std::string tries_text(const Json& document) {
    const Json& tries = document.at("tries");
    if (tries.empty()) { return {}; }
    std::vector<Line> lines;
    for (std::size_t i = 0; i < tries.size(); ++i) {
        lines.push_back({std::to_string(i + 1) + ".", tries[i].at("deployment").get<std::string>(),
                         likelihood(tries[i])});
    }
    const std::string bound = std::to_string(document.at("attempts_max").get<unsigned>());
    return "\nIt would be sent to, each one only if those before failed (at most " + bound +
           " attempts that cost an upstream work):\n" + aligned(lines);
}

std::string deployments_text(const Json& document) {
    std::vector<Line> lines = {
        {"TIER", "DEPLOYMENT", "WEIGHT", "RESERVES", "TOKENS LEFT", "REQUESTS LEFT", "STATE"}};
    for (const Json& one : document.at("deployments")) {
        lines.push_back({std::to_string(one.at("tier").get<unsigned>()),
                         one.at("deployment").get<std::string>(),
                         std::to_string(one.at("weight").get<unsigned>()),
                         grouped(one.at("reserves_tokens").get<std::int64_t>()),
                         left_of(one.at("tokens_per_minute")),
                         left_of(one.at("requests_per_minute")), state_of(one)});
    }
    return "\nDeployments of the route (left: in this minute):\n" + aligned(lines);
}

std::string refusal_text(const Json& refusal) {
    std::string text = "\nThe caller would get " + std::to_string(refusal.at("status").get<int>()) +
                       " " + refusal.at("code").get<std::string>() + ": " +
                       refusal.at("message").get<std::string>();
    const Json& wait = refusal.at("retry_in_seconds");
    if (wait.get<double>() > 0) { text += " Again in " + waiting(wait) + "."; }
    return text + "\n";
}

std::string whole_text(const Json& document) {
    std::string text;
    const Json& refusal = document.at("refusal");
    if (document.at("route").is_null()) {
        text = document.at("operation").get<std::string>() + " for `" +
               document.at("model").get<std::string>() + "`: no route\n";
        return text + refusal_text(refusal);
    }
    text = heading(document) + tries_text(document);
    if (!refusal.is_null()) { text += refusal_text(refusal); }
    return text + deployments_text(document);
}

}  // namespace

boost::system::result<std::string, std::string> explanation_text(std::string_view json) {
    try {
        return {boost::system::in_place_value, whole_text(Json::parse(json))};
    } catch (const Json::exception&) {
        return {boost::system::in_place_error, "This is no explanation of a Spillway gateway."};
    }
}

}  // namespace spillway
