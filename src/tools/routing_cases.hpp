// A team's own routing tests: a file of requests, states to suppose, and what has to come out.
// This reads the file; routing_verdict says what does not hold.
#pragma once

#include "config/issues.hpp"
#include "config/yaml_node.hpp"
#include "tools/question.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// Empty parts are not expected to be anything.
struct Expectation {
    std::string route;
    std::vector<std::string> first;               ///< whoever may come first is one of these
    std::vector<std::vector<std::string>> order;  ///< complete; inside a group in any order
    std::vector<std::string> never;               ///< not tried, however many others fail
    std::string error;                            ///< code of the refusal the caller gets
};

struct RoutingCase {
    std::string name;
    Question question;
    Expectation expected;
    YamlNode node;  ///< for pointing at what does not hold
};

struct RoutingCases {
    std::string config;  ///< path of the routing table, relative to the file; may be empty
    std::deque<RoutingCase> cases;  ///< rows are bound to them while they are added
};

/// Nothing when `issues` has an error.
[[nodiscard]] std::optional<RoutingCases> read_routing_cases(std::string_view yaml, Issues& issues);

}  // namespace spillway
