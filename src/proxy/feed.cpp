#include "proxy/feed.hpp"

namespace spillway {
namespace {

FleetEvent transition(FleetEvent::Kind kind, std::string_view of, const Breaker::Transition& change,
                      TimePoint now) {
    FleetEvent event;
    event.kind = kind;
    event.at = now;
    event.subject = ShortName(of);
    event.from = name(change.from);
    event.to = ShortName(name(change.to));
    event.reason = name(change.reason);
    return event;
}

}  // namespace

void feed_failover(Exchange& exchange, const Attempt& last, Reason reason,
                   const FleetDeployment& next) {
    FleetEvent event;
    event.kind = FleetEvent::Kind::failover;
    event.at = last.answered_at();
    event.route = ShortName(exchange.route->config.name);
    event.subject = ShortName(last.deployment().config.name);
    event.to = ShortName(next.config.name);
    event.reason = name(reason);
    event.status = last.status();
    exchange.worker.cells.events.push(event);
}

void feed_gave_up(Exchange& exchange, const Attempt* last, std::string_view code, TimePoint now) {
    FleetEvent event;
    event.kind = FleetEvent::Kind::gave_up;
    event.at = now;
    event.route = ShortName(exchange.route->config.name);
    if (last != nullptr) {
        event.subject = ShortName(last->deployment().config.name);
        event.status = last->status();
    }
    event.reason = code;
    exchange.worker.cells.events.push(event);
}

void feed_transitions(Exchange& exchange, const Attempt& attempt, const Transitions& changes,
                      TimePoint now) {
    if (changes.deployment) {
        exchange.worker.cells.events.push(transition(FleetEvent::Kind::breaker,
                                                     attempt.deployment().config.name,
                                                     *changes.deployment, now));
    }
    if (changes.region) {
        exchange.worker.cells.events.push(transition(FleetEvent::Kind::region_breaker,
                                                     attempt.deployment().resource->config.name,
                                                     *changes.region, now));
    }
}

}  // namespace spillway
