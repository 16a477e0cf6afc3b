// From the text of a routing table to a `Config`, or to every error in it at once.
#pragma once

#include "spillway/config.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// One finding of the loader. Line and column are 1-based; the column counts characters, not bytes.
struct ConfigIssue {
    enum class Severity : std::uint8_t { error, warning };
    Severity severity = Severity::error;
    std::size_t line = 0;
    std::size_t column = 0;
    std::string path;        ///< e.g. `routes.gpt-4o.tiers[0][1]`
    std::string message;     ///< what is wrong
    std::string suggestion;  ///< what to write instead; empty when there is nothing better to say
};

struct LoadedConfig {
    std::optional<Config> config;  ///< absent when any issue is an error
    std::vector<ConfigIssue> issues;
};

/// Looks a variable up for `${VAR}`; tests pass a map, the program `std::getenv`.
using Environment = std::function<std::optional<std::string>(std::string_view)>;

/// Where the table is going to be used.
enum class TableUse : std::uint8_t {
    here,       ///< keys and files it names have to be there
    elsewhere,  ///< they need not, a warning says so: to reason about a table without its secrets
};

/// Never throws on bad input: every problem is an issue, all of them are reported in file order.
[[nodiscard]] LoadedConfig load_config(std::string_view yaml, const Environment& environment,
                                       TableUse use = TableUse::here);

/// `file:line:column: error: path: message`, the source line, a caret and the suggestion.
[[nodiscard]] std::string describe(const ConfigIssue& issue, std::string_view file,
                                   std::string_view yaml);

/// JSON Schema (draft-07, for YAML language servers) of the routing table, from the loader's own
/// table.
[[nodiscard]] std::string config_schema();

}  // namespace spillway
