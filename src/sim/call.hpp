// A request as far as it could be understood: target, deployment, prompt. Separate because faults
// need to know whom a request concerns before anything decides what to answer.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "sim/prompt.hpp"
#include "sim/request.hpp"
#include "sim/target.hpp"

namespace spillway_sim {

struct Call {
    /// Absent: there is no such path.
    std::optional<Target> target;
    /// As the request names it; need not exist.
    std::string deployment;
    std::variant<Prompt, PromptError> prompt;
    /// The caller sent `x-sim-deterministic: 1`.
    bool is_deterministic = false;

    /// "chat", "embeddings" ...; empty without a target.
    [[nodiscard]] std::string operation() const;
};

[[nodiscard]] Call read_call(Kind kind, const Request& request);

}  // namespace spillway_sim
