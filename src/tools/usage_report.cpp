#include "tools/usage_report.hpp"

#include "tools/bounded_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace spillway {

namespace {

using Json = nlohmann::ordered_json;
using std::chrono::sys_days;

constexpr std::array<std::string_view, 9> usage_keys = {"caller", "cost_center", "route",
                                                        "model",  "deployment",  "resource",
                                                        "region", "operation",   "outcome"};
constexpr std::string_view tag_prefix = "tag:";
// An audit line is four maps deep.
constexpr int depth_max = 8;
// Of one line; so many that a file of any size can be added up.
constexpr std::int64_t count_max = 1'000'000'000'000;

bool is_usage_key(std::string_view key) {
    return std::ranges::find(usage_keys, key) != usage_keys.end() ||
           (key.starts_with(tag_prefix) && key.size() > tag_prefix.size());
}

std::optional<unsigned> number_of(std::string_view digits) {
    unsigned number = 0;
    const auto [end, ec] = std::from_chars(digits.begin(), digits.end(), number);
    if (ec != std::errc{} || end != digits.end()) { return std::nullopt; }
    return number;
}

std::string not_a_line(const std::string& why) {
    return "is not a line of an audit stream: " + why;
}

}  // namespace

std::optional<sys_days> read_day(std::string_view text) {
    constexpr std::string_view form = "2026-11-26";
    if (text.size() != form.size() || text[4] != '-' || text[7] != '-') { return std::nullopt; }
    const auto year = number_of(text.substr(0, 4));
    const auto month = number_of(text.substr(5, 2));
    const auto day = number_of(text.substr(8, 2));
    if (!year || !month || !day) { return std::nullopt; }
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(*month), std::chrono::day(*day));
    if (!date.ok()) { return std::nullopt; }
    return sys_days(date);
}

boost::system::result<std::vector<std::string>, std::string> read_usage_keys(std::string_view
                                                                                 text) {
    std::vector<std::string> keys;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string key(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
        if (!is_usage_key(key)) {
            std::string known;
            for (const std::string_view each : usage_keys) { known += std::string(each) + ", "; }
            return "nothing can be grouped by `" + key + "`; there are: " + known + "tag:NAME";
        }
        if (std::ranges::find(keys, key) == keys.end()) { keys.push_back(key); }
    }
    return keys;
}

UsageSum& UsageSum::operator+=(const UsageSum& other) noexcept {
    requests += other.requests;
    tokens.input += other.tokens.input;
    tokens.output += other.tokens.output;
    tokens.cached_input += other.tokens.cached_input;
    tokens.reasoning_output += other.tokens.reasoning_output;
    estimated_tokens += other.estimated_tokens;
    cost += std::min(other.cost, std::numeric_limits<Money>::max() - cost);
    return *this;
}

/// What has been read of one line, with the answers to our questions about it.
struct UsageReport::Line {
    Json json;

    [[nodiscard]] std::string text(const std::string& key) const {
        const auto found = json.find(key);
        return found != json.end() && found->is_string() ? found->get<std::string>() : "";
    }
    [[nodiscard]] std::string value(const std::string& key) const {
        if (!key.starts_with(tag_prefix)) { return text(key); }
        const auto tags = json.find("tags");
        if (tags == json.end() || !tags->is_object()) { return {}; }
        return Line{*tags}.text(key.substr(tag_prefix.size()));
    }
    [[nodiscard]] std::int64_t number(const std::string& key) const {
        const auto found = json.find(key);
        if (found == json.end() || !found->is_number_unsigned()) { return 0; }
        return static_cast<std::int64_t>(std::min<std::uint64_t>(found->get<std::uint64_t>(),
                                                                 count_max));
    }
    [[nodiscard]] Money money(const std::string& key) const {
        const auto found = json.find(key);
        const bool is_amount = found != json.end() && found->is_number();
        return is_amount ? std::max<Money>(0, money_of(found->get<double>())) : 0;
    }
};

std::optional<std::string> UsageReport::add(std::string_view line) {
    const auto json = read_json(line, depth_max);
    if (torn_ != 0) {
        // A crash may leave the beginning of a line; the `head` behind it says how long that was.
        const std::size_t torn = std::exchange(torn_, 0);
        const Line head = json ? Line{*json} : Line{};
        if (head.text("kind") != "head" || head.number("torn") != static_cast<std::int64_t>(torn)) {
            return "the line before it " + not_a_line("no JSON");
        }
    }
    if (!json && !line.empty()) {
        torn_ = line.size();
        return std::nullopt;
    }
    if (!json || !json->is_object()) { return not_a_line("no object"); }
    return add(Line{*json});
}

std::optional<std::string> UsageReport::end_of_file() {
    if (std::exchange(torn_, 0) == 0) { return std::nullopt; }
    return not_a_line("no JSON");
}

std::optional<std::string> UsageReport::add(const Line& line) {
    const std::string kind = line.text("kind");
    if (kind.empty()) { return not_a_line("no `kind`"); }
    if (kind == "dropped") { dropped_ += static_cast<std::uint64_t>(line.number("lines")); }
    if (kind != "request") { return std::nullopt; }
    std::string day = line.text("at").substr(0, std::string_view("2026-11-26").size());
    const auto date = read_day(day);
    if (!date) { return not_a_line("`at` is no time"); }
    if ((question_.from && *date < *question_.from) || (question_.to && *date > *question_.to)) {
        return std::nullopt;
    }
    UsageSum& sum = groups_[group_of(line, std::move(day))];
    if (groups_.size() > groups_max) {
        return "is one group too many: more than " + std::to_string(groups_max) +
               ", ask for fewer keys or fewer days";
    }
    sum += sum_of(line);
    return std::nullopt;
}

UsageSum UsageReport::sum_of(const Line& line) {
    UsageSum sum;
    sum.requests = 1;
    sum.tokens = {line.number("input_tokens"), line.number("output_tokens"),
                  line.number("cached_input_tokens"), line.number("reasoning_output_tokens")};
    sum.estimated_tokens = line.number("estimated_tokens");
    sum.cost = line.money("cost");
    return sum;
}

UsageReport::Group UsageReport::group_of(const Line& line, std::string day) const {
    Group group{std::move(day)};
    for (const std::string& key : question_.by) { group.push_back(line.value(key)); }
    return group;
}

}  // namespace spillway
