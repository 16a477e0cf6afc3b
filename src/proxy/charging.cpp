#include "proxy/charging.hpp"

#include <algorithm>

namespace spillway {
namespace {

// Of a stream: an event is about a token. Of a JSON answer nothing is known but what was asked for.
Usage estimated(const Exchange& exchange, Attempt& attempt) {
    const Tokens prompt = exchange.inspection.prompt;
    Usage usage{.input = prompt, .output = attempt.taps().usage().output_events()};
    if (!exchange.inspection.stream && attempt.complete()) {
        usage.output = std::max<Tokens>(0, attempt.permit().reservation().tokens - prompt);
    }
    return usage;
}

// Whoever was refused or met a failure has got nothing. An answer that was not waited for may have
// been in the making.
bool generates(const Attempt& attempt) noexcept { return attempt.status() < 300; }

}  // namespace

void note_charge(Exchange& exchange, Attempt& attempt) {
    const std::optional<Usage>& reported = attempt.taps().usage().usage();
    if (!reported && !generates(attempt)) { return; }
    Charge& charge = exchange.charge.emplace();
    charge.estimated = !reported;
    charge.usage = reported ? *reported : estimated(exchange, attempt);
    const std::optional<std::size_t> price = attempt.deployment().config.price;
    if (!price) { return; }
    charge.cost = cost(charge.usage, exchange.table->fleet->config().prices[*price].price);
    exchange.record.cost = charge.cost;
    exchange.caller_cells().cost.add(static_cast<std::uint64_t>(*charge.cost));
}

void charge(const Exchange& exchange) noexcept {
    // Where nobody is asked who they are, nobody has a budget.
    if (!exchange.charge || !exchange.table->callers->asks()) { return; }
    const Charge& charge = *exchange.charge;
    // The day it began is the one that reports count it to.
    exchange.account().charge({charge.usage.total(), charge.cost.value_or(0)}, exchange.record.at);
}

}  // namespace spillway
