#include "telemetry/access_log.hpp"

#include "telemetry/json_text.hpp"
#include "telemetry/log_writer.hpp"

#include <algorithm>

namespace spillway {

namespace {

// Bounds of the texts, escaped. With twelve attempts of at most 240 bytes and the numbers they add
// up to less than access_line_bytes_max.
constexpr std::size_t id_bytes_max = 128;
constexpr std::size_t word_bytes_max = 64;
constexpr std::size_t name_bytes_max = 256;
constexpr std::size_t text_bytes_max = 512;
constexpr std::size_t list_bytes_max = 1024;

constexpr std::array<std::string_view, 2> json_bool = {"false", "true"};

void append_attempt(std::string& out, const AttemptRecord& attempt) {
    JsonObject object(out);
    object.text("deployment", attempt.deployment, word_bytes_max);
    if (attempt.status != 0) { object.number("status", attempt.status); }
    if (attempt.reason != Reason::none) {
        object.text("reason", name(attempt.reason), word_bytes_max);
    }
    object.milliseconds("ms", attempt.took);
    object.value("reused") += json_bool[attempt.reused_connection];
    if (attempt.probe) { object.value("probe") += json_bool[attempt.probe]; }
    object.finish();
}

void append_attempts(std::string& out, const AccessRecord& record) {
    out += '[';
    for (const AttemptRecord& attempt : record.attempts) {
        if (&attempt != &record.attempts.front()) { out += ','; }
        append_attempt(out, attempt);
    }
    out += ']';
}

void add_request(JsonObject& line, const AccessRecord& record) {
    line.text("request_id", record.request_id, id_bytes_max);
    line.text("peer", record.peer, word_bytes_max);
    line.text("method", record.method, word_bytes_max);
    line.text("path", record.target, list_bytes_max);
    if (!record.caller.empty()) { line.text("caller", record.caller, word_bytes_max); }
    if (!record.cost_center.empty()) {
        line.text("cost_center", record.cost_center, word_bytes_max);
    }
    if (record.tags != nullptr && !record.tags->empty()) {
        append_json_texts(line.value("tags"), *record.tags, text_bytes_max);
    }
    line.text("route", record.route, name_bytes_max);
    if (record.operation) { line.text("api", name(*record.operation), word_bytes_max); }
    line.value("stream") += json_bool[record.stream];
}

void add_ending(JsonObject& line, const AccessRecord& record) {
    if (record.status != 0) { line.number("status", record.status); }
    line.text("outcome", name(record.outcome), word_bytes_max);
    if (!record.detail.empty()) { line.text("detail", record.detail, text_bytes_max); }
    append_attempts(line.value("attempts"), record);
    if (!record.skipped.empty()) { line.text("skipped", record.skipped, list_bytes_max); }
}

void add_amounts(JsonObject& line, const AccessRecord& record) {
    line.number("estimated_tokens", record.estimate);
    if (record.usage) {
        line.number("input_tokens", record.usage->input);
        line.number("output_tokens", record.usage->output);
        line.number("cached_input_tokens", record.usage->cached_input);
        line.number("reasoning_output_tokens", record.usage->reasoning_output);
    }
    if (record.cost) { line.value("cost") += money_text(*record.cost); }
    line.number("bytes_in", static_cast<std::int64_t>(record.bytes_in));
    line.number("bytes_out", static_cast<std::int64_t>(record.bytes_out));
    line.milliseconds("duration_ms", record.total);
    if (record.first_token) { line.milliseconds("first_token_ms", *record.first_token); }
    line.milliseconds("overhead_ms", record.overhead);
}

}  // namespace

void append_access_line(std::string& out, const AccessRecord& record) {
    JsonObject line(out);
    line.time("time", record.at);
    add_request(line, record);
    add_ending(line, record);
    add_amounts(line, record);
    if (!record.upstream_request_id.empty()) {
        line.text("upstream_request_id", record.upstream_request_id, id_bytes_max);
    }
    line.text("user_agent", record.user_agent, text_bytes_max);
    line.finish();
    out += '\n';
}

AccessLog::AccessLog(LogWriter& writer, std::size_t worker) : lines_(writer.lane(worker)) {}

bool AccessLog::write(const AccessRecord& record) {
    if (!lines_.is_on()) { return true; }
    if (lines_.size() + access_line_bytes_max > buffer_bytes_max) {
        lines_.flush();
        if (lines_.size() > 0) { return false; }
    }
    append_access_line(lines_.text(), record);
    return true;
}

}  // namespace spillway
