#include "audit/audit_record.hpp"

#include "telemetry/json_text.hpp"

#include <array>

namespace spillway {

namespace {

constexpr std::size_t word_bytes_max = 64;
constexpr std::size_t id_bytes_max = 128;
constexpr std::size_t name_bytes_max = 256;
constexpr std::size_t text_bytes_max = 512;
/// A byte becomes at most `\u00ff`, and an error handler's mark.
constexpr std::size_t escaped_factor = 6;

constexpr std::array<std::string_view, 2> json_bool = {"false", "true"};

void add_text(JsonObject& line, const JsonKey& key, std::string_view value, std::size_t max) {
    if (!value.empty()) { line.text(key, value, max); }
}

void add_place(JsonObject& line, const AuditPlace& place) {
    add_text(line, "deployment", place.deployment, word_bytes_max);
    add_text(line, "resource", place.resource, word_bytes_max);
    add_text(line, "region", place.region, word_bytes_max);
    add_text(line, "geography", place.geography, word_bytes_max);
}

void append_attempts(std::string& out, std::span<const AuditAttempt> attempts) {
    out += '[';
    bool is_first = true;
    for (const AuditAttempt& attempt : attempts) {
        if (!is_first) { out += ','; }
        is_first = false;
        JsonObject object(out);
        add_place(object, attempt.place);
        if (attempt.status != 0) { object.number("status", attempt.status); }
        if (attempt.reason != Reason::none) {
            object.text("reason", name(attempt.reason), word_bytes_max);
        }
        object.finish();
    }
    out += ']';
}

void append_verdicts(std::string& out, const FilterVerdicts& filter, FilterVerdict::Of of) {
    out += '[';
    bool is_first = true;
    for (const FilterVerdict& verdict : filter.all()) {
        if (verdict.of != of) { continue; }
        if (!is_first) { out += ','; }
        is_first = false;
        JsonObject object(out);
        object.text("category", verdict.category, word_bytes_max);
        add_text(object, "severity", verdict.severity, word_bytes_max);
        object.value("filtered") += json_bool[verdict.filtered];
        if (verdict.detected) { object.value("detected") += json_bool[1]; }
        object.finish();
    }
    out += ']';
}

void add_filter(JsonObject& line, const FilterVerdicts& filter) {
    if (filter.all().empty() && !filter.stopped()) { return; }
    std::string& out = line.value("content_filter");
    JsonObject object(out);
    append_verdicts(object.value("prompt"), filter, FilterVerdict::Of::prompt);
    append_verdicts(object.value("completion"), filter, FilterVerdict::Of::completion);
    object.value("stopped") += json_bool[filter.stopped()];
    object.finish();
}

void append_body(std::string& out, const KeptBody& body) {
    JsonObject object(out);
    object.text("text", body.text, body.text.size() * escaped_factor + escaped_factor);
    object.number("redacted", static_cast<std::int64_t>(body.redacted));
    object.value("cut") += json_bool[body.cut];
    object.finish();
}

void add_who(JsonObject& line, const AuditRecord& record) {
    line.text("request_id", record.request_id, id_bytes_max);
    add_text(line, "caller", record.caller, name_bytes_max);
    add_text(line, "identified_by", record.identified_by, text_bytes_max);
    add_text(line, "cost_center", record.cost_center, name_bytes_max);
    if (record.tags != nullptr && !record.tags->empty()) {
        append_json_texts(line.value("tags"), *record.tags, name_bytes_max);
    }
    line.text("peer", record.peer, word_bytes_max);
    if (record.operation) { line.text("operation", name(*record.operation), word_bytes_max); }
    add_text(line, "route", record.route, name_bytes_max);
    add_text(line, "model", record.model, name_bytes_max);
    line.value("stream") += json_bool[record.stream];
}

void add_where(JsonObject& line, const AuditRecord& record) {
    if (!record.attempts.empty()) { add_place(line, record.attempts.back().place); }
    if (!record.residency.empty()) {
        line.text("residency", record.residency, word_bytes_max);
        line.value("residency_held") += json_bool[record.residency_held];
    }
    append_attempts(line.value("attempts"), record.attempts);
    line.number("attempt_count", static_cast<std::int64_t>(record.attempt_count));
}

void add_ending(JsonObject& line, const AuditRecord& record) {
    line.text("outcome", name(record.outcome), word_bytes_max);
    if (record.status != 0) { line.number("status", record.status); }
    add_text(line, "detail", record.detail, text_bytes_max);
    if (record.usage) {
        line.number("input_tokens", record.usage->input);
        line.number("output_tokens", record.usage->output);
        line.number("cached_input_tokens", record.usage->cached_input);
        line.number("reasoning_output_tokens", record.usage->reasoning_output);
    }
    if (record.estimated_tokens > 0) { line.number("estimated_tokens", record.estimated_tokens); }
    if (record.cost) { line.value("cost") += money_text(*record.cost); }
    add_filter(line, record.filter);
}

void add_bodies(JsonObject& line, const AuditRecord& record) {
    line.number("request_bytes", static_cast<std::int64_t>(record.request_bytes));
    add_text(line, "request_sha256", record.request_sha256, word_bytes_max);
    if (record.request) { append_body(line.value("request"), *record.request); }
    if (record.answer) { append_body(line.value("answer"), *record.answer); }
}

}  // namespace

void append_audit_line(std::string& out, const AuditRecord& record) {
    JsonObject line(out);
    line.text("kind", "request", word_bytes_max);
    line.time("at", record.at);
    add_who(line, record);
    add_where(line, record);
    add_ending(line, record);
    add_bodies(line, record);
    line.finish();
    out += '\n';
}

}  // namespace spillway
