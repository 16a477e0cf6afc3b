// `spillway explain`: where a request would go and why, according to a routing table alone or to a
// running gateway.
#pragma once

#include "app/admin_client.hpp"
#include "app/terminal.hpp"
#include "tools/question.hpp"

#include <cstdint>
#include <string>

namespace spillway {

enum class ExplainFormat : std::uint8_t {
    text,  ///< for people
    json,  ///< as POST /explain answers
};

struct ExplainOrder {
    std::string config;     ///< routing table: all healthy, nothing used up; empty: ask `admin`
    std::string admin;      ///< a running gateway's admin listener
    AdminPass pass;         ///< for `admin`
    std::string body_path;  ///< file with the request's body; empty: none
    Question question;
    ExplainFormat format = ExplainFormat::text;
};

/// `fine` when a deployment would serve the request, `wrong_input` when none would or the question
/// cannot be answered.
[[nodiscard]] ExitCode explain(ExplainOrder order, Terminal terminal);

}  // namespace spillway
