// Every metric once: its name, labels, help and where its value comes from. Separate from the code
// that collects, so that a dashboard's author, a test and docs/metrics.md read one table. Names and
// labels follow field-notes.md §1.4; label values come from the routing table or a closed set,
// never from a request.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace spillway {

/// In the order of the table and of docs/metrics.md.
enum class Metric : std::uint8_t {
    requests,
    request_duration,
    time_to_first_token,
    overhead,
    requests_in_flight,
    request_attempts,
    failovers,
    upstream_requests,
    upstream_failures,
    upstream_request_duration,
    upstream_time_to_first_token,
    upstream_connect,
    upstream_requests_in_flight,
    upstream_connections_opened,
    upstream_connections_reused,
    upstream_connections,
    input_tokens,
    output_tokens,
    cached_input_tokens,
    reasoning_output_tokens,
    usage_missing,
    deployment_alerts,
    breaker_transitions,
    deployment_state,
    deployment_info,
    deployment_tpm_limit,
    deployment_tpm_used,
    deployment_rpm_limit,
    deployment_rpm_used,
    deployment_retry_after,
    upstream_ratelimit_remaining_tokens,
    upstream_ratelimit_remaining_requests,
    credential_expiry,
    credential_refreshes,
    token_issuer_keys,
    token_issuer_refreshes,
    route_deployments,
    route_deployments_eligible,
    caller_requests,
    caller_tokens,
    caller_cost,
    caller_info,
    caller_tag,
    caller_budget_limit,
    caller_budget_used,
    denials,
    connections,
    connections_accepted,
    connections_refused,
    malformed_requests,
    sdk_retries,
    retries_denied,
    panic_attempts,
    access_log_dropped,
    audit_lines,
    audit_dropped,
    audit_writable,
    ledger_writable,
    ledger_write_failures,
    escaped_exceptions,
    event_loop_lag,
    ready,
    config_info,
    config_reloads,
    config_last_reload_success,
    config_last_reload_success_timestamp,
    build_info,
    process_start_time,
    process_cpu,
    process_resident_memory,
    process_virtual_memory,
    process_open_fds,
    process_max_fds,
    process_threads,
};

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

struct MetricRow {
    Metric metric;
    MetricKind kind;
    std::string_view name;
    std::string_view labels;  ///< comma-separated; empty for none
    std::string_view help;    ///< one line: the serializer does not escape line ends
    std::string_view source;  ///< who counts it, and when
};

/// One row per `Metric`, at its position.
[[nodiscard]] std::span<const MetricRow> catalogue() noexcept;
[[nodiscard]] const MetricRow& row(Metric metric) noexcept;
/// Upper bounds in seconds, ascending; empty unless the metric is a histogram. Static storage.
[[nodiscard]] std::span<const double> histogram_bounds(Metric metric) noexcept;

}  // namespace spillway
