// `spillway check`: everything that is wrong with routing tables, at once, without starting
// anything.
#pragma once

#include "app/terminal.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace spillway {

enum class CheckFormat : std::uint8_t {
    text,  ///< findings to `err` for people, one line per file to `out`
    json,  ///< one document to `out`: [{file, valid, issues: [{severity, line, column, ...}]}]
};

/// `wrong_input` when any file has an error or cannot be read; warnings alone are fine.
[[nodiscard]] ExitCode check(const std::vector<std::string>& paths, CheckFormat format,
                             Terminal terminal);

}  // namespace spillway
