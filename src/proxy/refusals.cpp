#include "proxy/refusals.hpp"

#include <algorithm>
#include <string>

namespace spillway {
namespace {

// Below one second SDKs hammer, above thirty they give up or the state has changed anyway
// (azure-protocol.md §3.7).
constexpr Duration hint_min = std::chrono::seconds(1);
constexpr Duration hint_max = std::chrono::seconds(30);

Duration clamped_hint(TimePoint ready_at, TimePoint now) {
    const Duration wait = ready_at > now ? ready_at - now : Duration::zero();
    return std::clamp(wait, hint_min, hint_max);
}

std::string describe_skips(const Exchange& exchange, const Plan& plan) {
    std::string text;
    for (const Considered& skipped : plan.skipped()) {
        const FleetMember& member = exchange.route->members[skipped.position];
        text.append(text.empty() ? "" : " ");
        text.append(member.deployment->config.name).append(":").append(name(skipped.skip));
    }
    return text;
}

// "last: gpt-4o-east answered 503 (server_error)"
std::string describe_last(const Attempt& last) {
    std::string text = "last: " + last.deployment().config.name;
    if (last.failure()) {
        return text.append(" failed (").append(describe(*last.failure())).append(")");
    }
    text.append(" answered ").append(std::to_string(last.error().status));
    return text;
}

ErrorReply timed_out() {
    ErrorReply reply;
    reply.status = 504;
    reply.code = "gateway_timeout";
    reply.message =
        "No deployment answered within the route's total time. "
        "Raise timeouts.total of this route, or ask for less in one request.";
    reply.should_retry = false;
    return reply;
}

ErrorReply reply_for(Refusal::Kind kind) {
    const RefusalAnswer answer = answer_to(kind);
    ErrorReply reply;
    reply.status = answer.status;
    reply.code = answer.code;
    if (answer.status == 429) { reply.type = "rate_limit_error"; }
    return reply;
}

ErrorReply throttled(const std::string& route, TimePoint ready_at, TimePoint now) {
    ErrorReply reply = reply_for(Refusal::Kind::throttled);
    reply.message = "Every deployment of '" + route +
                    "' has used up its limits. Retry after the time given in retry-after-ms, "
                    "or add quota or deployments to the route.";
    const Duration wait = ready_at > now ? ready_at - now : Duration::zero();
    reply.retry_after = std::clamp<Duration>(wait, std::chrono::milliseconds(1),
                                             std::chrono::seconds(60));
    reply.should_retry = true;
    return reply;
}

ErrorReply too_big(const std::string& route, Tokens estimate) {
    ErrorReply reply = reply_for(Refusal::Kind::too_big);
    reply.message = "This request is estimated at " + std::to_string(estimate) +
                    " tokens, more than any deployment of '" + route +
                    "' may use in a minute. Shorten the prompt or lower max_tokens; "
                    "retrying cannot help.";
    reply.should_retry = false;
    return reply;
}

ErrorReply unavailable(const std::string& route, TimePoint ready_at, TimePoint now) {
    ErrorReply reply = reply_for(Refusal::Kind::unavailable);
    reply.message = "No deployment of '" + route + "' is available now.";
    // SDKs retry a 503 by themselves; with the hint they come back when there is something to come
    // back for.
    reply.retry_after = clamped_hint(ready_at, now);
    reply.should_retry = true;
    return reply;
}

ErrorReply overloaded(const std::string& route) {
    ErrorReply reply;
    reply.status = 503;
    reply.code = "retries_exhausted";
    reply.message = "An attempt for '" + route +
                    "' failed, and too many requests are being retried already: another try now "
                    "would only add load.";
    reply.retry_after = hint_max;
    reply.should_retry = false;
    return reply;
}

ErrorReply impossible(const std::string& route) {
    ErrorReply reply = reply_for(Refusal::Kind::impossible);
    reply.message = "No deployment of '" + route +
                    "' may serve this request: the route's residency or the operation rules all of "
                    "them out. The routing table has to change.";
    reply.should_retry = false;
    return reply;
}

ErrorReply unsigned_request(const FleetRoute& route) {
    ErrorReply reply = reply_for(Refusal::Kind::unsignable);
    reply.message = "No deployment of '" + route.config.name +
                    "' can be signed for now: tokens or keys are missing.";
    reply.retry_after = hint_max;
    reply.should_retry = true;
    // A route sends its callers' tokens on to all of its deployments or to none.
    if (route.members.front().deployment->resource->passthrough) {
        reply.status = 401;
        reply.type = "invalid_request_error";
        reply.message = "'" + route.config.name +
                        "' is served with your own token: send Authorization: Bearer with one for "
                        "the resource.";
        reply.retry_after.reset();
        reply.should_retry = false;
    }
    return reply;
}

}  // namespace

Refused explain_refusal(Exchange& exchange, const Plan& plan, const LastTry& last, TimePoint now) {
    const std::string& route = exchange.route->config.name;
    exchange.skipped = describe_skips(exchange, plan);
    Refused refused;
    if (last.attempt != nullptr && last.attempt->clocks().total_expired(now)) {
        refused.reply = timed_out();
        refused.outcome = Outcome::timeout;
    } else if (last.ratio_denied) {
        refused.reply = overloaded(route);
        refused.outcome = Outcome::shed;
    } else if (!plan.candidates().empty()) {
        refused.reply = unavailable(route, now, now);
    } else {
        const Refusal why = refusal(plan);
        switch (why.kind) {
            case Refusal::Kind::throttled:
                refused.reply = throttled(route, why.ready_at, now);
                break;
            case Refusal::Kind::too_big:
                refused.reply = too_big(route, exchange.record.estimate);
                break;
            case Refusal::Kind::unavailable:
                refused.reply = unavailable(route, why.ready_at, now);
                break;
            case Refusal::Kind::unsignable:
                refused.reply = unsigned_request(*exchange.route);
                break;
            case Refusal::Kind::impossible: refused.reply = impossible(route); break;
        }
    }
    if (last.attempt != nullptr) {
        refused.reply.message.append(" (").append(describe_last(*last.attempt)).append(")");
    }
    return refused;
}

}  // namespace spillway
