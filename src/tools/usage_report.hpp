// Who used what, and what it cost: lines of the audit stream added up by day and by whatever else
// is asked for. Fed line by line; what it keeps grows with the groups, not with the lines.
#pragma once

#include "spillway/money.hpp"
#include "spillway/usage.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

struct UsageQuestion {
    std::optional<std::chrono::sys_days> from;  ///< included; none: from the first line
    std::optional<std::chrono::sys_days> to;    ///< included; none: to the last
    std::vector<std::string> by;                ///< keys of the lines; `usage_keys`, `tag:NAME`
};

/// "2026-11-26"; none when that is no day.
[[nodiscard]] std::optional<std::chrono::sys_days> read_day(std::string_view text);
/// "caller,route" taken apart, or what is wrong with it.
[[nodiscard]] boost::system::result<std::vector<std::string>, std::string> read_usage_keys(
    std::string_view text);

struct UsageSum {
    std::uint64_t requests = 0;
    Usage tokens;
    Tokens estimated_tokens = 0;  ///< of requests whose usage was not reported; not in `tokens`
    Money cost = 0;

    UsageSum& operator+=(const UsageSum& other) noexcept;
};

class UsageReport {
public:
    /// Beyond this, something that differs in every request was asked for.
    static constexpr std::size_t groups_max = 100'000;

    explicit UsageReport(UsageQuestion question) : question_(std::move(question)) {}

    /// One line of an audit file; what is wrong with it, or nothing. Lines of other kinds and days
    /// are passed over.
    [[nodiscard]] std::optional<std::string> add(std::string_view line);
    /// The file has ended; what is wrong with its last line, or nothing.
    [[nodiscard]] std::optional<std::string> end_of_file();

    /// The day, and the values of `by` in their order; empty for what a line does not say.
    using Group = std::vector<std::string>;
    [[nodiscard]] const std::map<Group, UsageSum>& groups() const noexcept { return groups_; }
    [[nodiscard]] const UsageQuestion& question() const noexcept { return question_; }
    /// Lines that the stream itself says are missing, whatever day they were of.
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
    struct Line;
    [[nodiscard]] std::optional<std::string> add(const Line& line);
    [[nodiscard]] static UsageSum sum_of(const Line& line);
    [[nodiscard]] Group group_of(const Line& line, std::string day) const;

    UsageQuestion question_;
    std::map<Group, UsageSum> groups_;
    std::uint64_t dropped_ = 0;
    std::size_t torn_ = 0;  // length of a line that is no JSON: a `head` has to explain it
};

}  // namespace spillway
