// `spillway test`: does a routing table do what a team's own cases expect?
#pragma once

#include "app/terminal.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace spillway {

enum class TestFormat : std::uint8_t {
    text,  ///< what does not hold to `err` as file:line:column, one line per file to `out`
    json,  ///< one document to `out`: [{file, passed, cases, issues: [...]}]
};

struct TestOrder {
    std::vector<std::string> paths;  ///< files of cases
    std::string config;              ///< routing table instead of the files' own; empty: theirs
    TestFormat format = TestFormat::text;
};

/// `wrong_input` when any case fails or any file is wrong.
[[nodiscard]] ExitCode test_routing(const TestOrder& order, Terminal terminal);

}  // namespace spillway
