#include "proxy/auditing.hpp"

#include "audit/audit_record.hpp"
#include "audit/digest.hpp"
#include "audit/redactor.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace spillway {
namespace {

using Which = AuditBodies::Which;

AuditPlace place_of(const FleetDeployment& deployment) {
    const ResourceConfig& resource = deployment.resource->config;
    return {deployment.config.name, resource.name, resource.region, resource.geography};
}

// The access log's record names deployments; here it matters where they stand.
AuditPlace find_place(const Exchange& exchange, std::string_view deployment) {
    for (const FleetMember& member : exchange.route->members) {
        if (member.deployment->config.name == deployment) { return place_of(*member.deployment); }
    }
    return {deployment, {}, {}, {}};
}

// "key:k7f3"; empty when nothing was shown.
std::string proof_of(const Identity& identity) {
    if (identity.proof == Proof::none) { return {}; }
    return std::string(name(identity.proof)) + ":" + identity.subject;
}

std::optional<KeptBody> kept_request(const Exchange& exchange) {
    if (exchange.route == nullptr) { return std::nullopt; }
    const AuditBodies& bodies = exchange.route->config.audit;
    if (bodies.keep == Which::none) { return std::nullopt; }
    return exchange.worker.audit.redactor().keep(exchange.body, bodies.bytes);
}

std::optional<KeptBody> kept_answer(const Exchange& exchange) {
    if (!exchange.audit || !exchange.audit->text) { return std::nullopt; }
    const AnswerText& text = *exchange.audit->text;
    const AuditBodies& bodies = exchange.route->config.audit;
    return exchange.worker.audit.redactor().keep(text.text(), bodies.bytes, text.is_cut());
}

}  // namespace

std::optional<ErrorReply> check_audit(Exchange& exchange) {
    if (!exchange.worker.audit.is_on()) { return std::nullopt; }
    exchange.audited = exchange.worker.audit.admits();
    if (exchange.audited) { return std::nullopt; }
    ErrorReply reply;
    reply.status = 503;
    reply.code = "audit_unavailable";
    reply.message =
        "The gateway cannot write its audit stream and answers nothing unaudited. Retry later.";
    reply.retry_after = std::chrono::seconds(1);
    reply.should_retry = true;
    return reply;
}

std::unique_ptr<AuditTaps> audit_taps(const Exchange& exchange) {
    if (!exchange.worker.audit.is_on()) { return nullptr; }
    auto taps = std::make_unique<AuditTaps>();
    const AuditBodies& bodies = exchange.route->config.audit;
    if (bodies.keep == Which::both) {
        taps->text.emplace(exchange.path.operation, bodies.bytes + Redactor::beyond_cut);
    }
    return taps;
}

void audit(Exchange& exchange) {
    // Asked of `check_audit` first: whoever was refused there was sent nowhere.
    if (!exchange.audited) { return; }
    const AccessRecord& seen = exchange.record;
    AuditRecord record;
    record.at = seen.at;
    record.request_id = exchange.request_id;
    record.caller = seen.caller;
    const std::string proof = proof_of(exchange.identity);
    record.identified_by = proof;
    record.cost_center = seen.cost_center;
    record.tags = seen.tags;
    record.peer = seen.peer;
    record.operation = seen.operation;
    if (exchange.route != nullptr) { record.route = seen.route; }
    record.model = exchange.path.deployment.empty() ? exchange.inspection.model
                                                    : exchange.path.deployment;
    record.stream = seen.stream;
    std::array<AuditAttempt, AccessRecord::attempts_max> attempts;
    // An answer that was judged before it was shown is in the access log twice.
    const std::size_t shown = std::min<std::size_t>(seen.attempts.size(), exchange.attempts);
    for (std::size_t i = 0; i < shown; ++i) {
        const AttemptRecord& attempt = seen.attempts[i];
        attempts[i] = {find_place(exchange, attempt.deployment), attempt.status, attempt.reason};
    }
    record.attempts = std::span(attempts).first(shown);
    record.attempt_count = exchange.attempts;
    if (exchange.route != nullptr) { record.residency = exchange.route->config.residency; }
    record.residency_held = exchange.residency_held;
    record.status = seen.status;
    record.outcome = seen.outcome;
    record.detail = seen.detail;
    record.usage = seen.usage;
    record.cost = seen.cost;
    if (exchange.charge && exchange.charge->estimated) {
        record.estimated_tokens = exchange.charge->usage.total();
    }
    if (exchange.audit) { record.filter = exchange.audit->filter.verdicts(); }
    record.request_bytes = exchange.body.size();
    std::string digest;
    // Whose sender is not known, of that nothing is read.
    if (exchange.identity.caller != nullptr) { digest = sha256_hex(exchange.body); }
    record.request_sha256 = digest;
    record.request = kept_request(exchange);
    record.answer = kept_answer(exchange);
    exchange.worker.audit.write(record);
}

}  // namespace spillway
