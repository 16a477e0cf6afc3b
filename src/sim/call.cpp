#include "sim/call.hpp"

namespace spillway_sim {

std::string Call::operation() const {
    return target ? std::string(name_of(target->operation)) : std::string();
}

Call read_call(Kind kind, const Request& request) {
    Call call;
    call.target = read_target(kind, request.method, request.target);
    const auto wish = request.fields.find("x-sim-deterministic");
    call.is_deterministic = wish != request.fields.end() && wish->value() == "1";
    if (!call.target) { return call; }
    if (call.target->operation != Operation::models) {
        call.prompt = read_prompt(call.target->operation, request.body);
    }
    call.deployment = call.target->deployment;
    const Prompt* const prompt = std::get_if<Prompt>(&call.prompt);
    if (call.deployment.empty() && prompt != nullptr) { call.deployment = prompt->model; }
    return call;
}

}  // namespace spillway_sim
