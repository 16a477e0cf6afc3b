// `spillway usage`: what was used, by whom, and what it cost, out of audit files.
#pragma once

#include "app/terminal.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace spillway {

enum class UsageFormat : std::uint8_t { text, csv, json };

struct UsageOrder {
    std::string from;  ///< a day; empty: from the first line
    std::string to;    ///< a day, included; empty: to the last
    std::string by = "caller,cost_center,model";
    UsageFormat format = UsageFormat::text;
    std::vector<std::string> files;
};

/// `usage` when a day or a key cannot be understood, `wrong_input` when a file cannot.
[[nodiscard]] ExitCode report_usage(const UsageOrder& order, Terminal terminal);

}  // namespace spillway
