#include "telemetry/catalogue.hpp"

#include <array>
#include <cstddef>

namespace spillway {

namespace {

using enum MetricKind;

constexpr std::array table = {
    MetricRow{Metric::requests, counter, "spillway_requests_total", "route,api,code,outcome",
              "Requests of callers by how they ended; code is what the caller was sent.",
              "once per request, at its end"},
    MetricRow{Metric::request_duration, histogram, "spillway_request_duration_seconds",
              "route,stream", "Head complete to last byte written to the caller.",
              "once per request, at its end"},
    MetricRow{Metric::time_to_first_token, histogram, "spillway_time_to_first_token_seconds",
              "route", "Head complete to the first committing event, failovers included.",
              "once per stream, when it commits"},
    MetricRow{Metric::overhead, histogram, "spillway_overhead_seconds", "phase",
              "Time of our own: request is head complete to sent upstream, response is read to "
              "written.",
              "once per request and phase"},
    MetricRow{Metric::requests_in_flight, gauge, "spillway_requests_in_flight", "route",
              "Requests of callers that have not ended.", "request begin and end"},
    MetricRow{Metric::request_attempts, counter, "spillway_request_attempts_total",
              "route,attempts", "Requests by the number of attempts they took.",
              "once per request, at its end"},
    MetricRow{Metric::failovers, counter, "spillway_failovers_total", "route,reason",
              "Attempts given up in favour of another deployment.",
              "when a request leaves a deployment"},
    MetricRow{Metric::upstream_requests, counter, "spillway_upstream_requests_total",
              "deployment,code", "Status lines received, at the deployment that sent them.",
              "once per response head"},
    MetricRow{Metric::upstream_failures, counter, "spillway_upstream_failures_total",
              "deployment,reason", "Attempts that failed, by reason.", "once per failed attempt"},
    MetricRow{Metric::upstream_request_duration, histogram,
              "spillway_upstream_request_duration_seconds", "deployment",
              "Attempt begin to its end, connecting included.", "once per attempt"},
    MetricRow{Metric::upstream_time_to_first_token, histogram,
              "spillway_upstream_time_to_first_token_seconds", "deployment",
              "Attempt begin to its first committing event.", "once per committed stream"},
    MetricRow{Metric::upstream_connect, histogram, "spillway_upstream_connect_seconds",
              "deployment", "TCP and TLS until usable.", "once per new connection"},
    MetricRow{Metric::upstream_requests_in_flight, gauge, "spillway_upstream_requests_in_flight",
              "deployment", "Attempts that have not ended.", "attempt begin and end"},
    MetricRow{Metric::upstream_connections_opened, counter,
              "spillway_upstream_connections_opened_total", "deployment",
              "New connections to the deployment's resource.", "once per new connection"},
    MetricRow{Metric::upstream_connections_reused, counter,
              "spillway_upstream_connections_reused_total", "deployment",
              "Attempts sent on a pooled connection.", "once per attempt"},
    MetricRow{Metric::upstream_connections, gauge, "spillway_upstream_connections", "state",
              "Connections to upstreams: active carries an attempt, idle waits in a pool.",
              "the pools"},
    MetricRow{Metric::input_tokens, counter, "spillway_input_tokens_total", "deployment",
              "Prompt tokens as the upstream reported them.", "once per reported usage"},
    MetricRow{Metric::output_tokens, counter, "spillway_output_tokens_total", "deployment",
              "Completion tokens as the upstream reported them.", "once per reported usage"},
    MetricRow{Metric::cached_input_tokens, counter, "spillway_cached_input_tokens_total",
              "deployment", "The part of the input tokens that was cached.",
              "once per reported usage"},
    MetricRow{Metric::reasoning_output_tokens, counter, "spillway_reasoning_output_tokens_total",
              "deployment", "The part of the output tokens that was reasoning.",
              "once per reported usage"},
    MetricRow{
        Metric::usage_missing, counter, "spillway_usage_missing_total", "deployment,reason",
        "Complete answers that reported no usage: not_asked, a stream whose caller did not set "
        "stream_options.include_usage; absent, it was due.",
        "once per such answer"},
    MetricRow{Metric::deployment_alerts, counter, "spillway_deployment_alerts_total", "deployment",
              "Attempts that need an operator: refused credentials, missing deployment.",
              "once per such attempt"},
    MetricRow{Metric::breaker_transitions, counter, "spillway_breaker_transitions_total",
              "deployment,to,reason", "State changes of a deployment's breaker.",
              "the attempt whose report caused it"},
    MetricRow{Metric::deployment_state, gauge, "spillway_deployment_state", "deployment,state",
              "1 for the state the breaker is in, 0 for the others.", "live state at the scrape"},
    MetricRow{Metric::deployment_info, gauge, "spillway_deployment_info",
              "deployment,resource,region,kind", "Always 1; join on deployment for the labels.",
              "routing table"},
    MetricRow{Metric::deployment_tpm_limit, gauge, "spillway_deployment_tpm_limit", "deployment",
              "Tokens per minute in force, lowered by what the upstream said; 0 is unlimited.",
              "live state at the scrape"},
    MetricRow{Metric::deployment_tpm_used, gauge, "spillway_deployment_tpm_used", "deployment",
              "Tokens counted in the last 60 s.", "live state at the scrape"},
    MetricRow{Metric::deployment_rpm_limit, gauge, "spillway_deployment_rpm_limit", "deployment",
              "Requests per minute; 0 is unlimited.", "routing table"},
    MetricRow{Metric::deployment_rpm_used, gauge, "spillway_deployment_rpm_used", "deployment",
              "Requests counted in the last 60 s.", "live state at the scrape"},
    MetricRow{Metric::deployment_retry_after, gauge, "spillway_deployment_retry_after_seconds",
              "deployment", "Time until its cool-down ends; 0 when it is not cooling.",
              "live state at the scrape"},
    MetricRow{Metric::upstream_ratelimit_remaining_tokens, gauge,
              "spillway_upstream_ratelimit_remaining_tokens", "deployment",
              "What the upstream last said is left of its tokens; other clients use them, too.",
              "the last answer that said it; absent before"},
    MetricRow{Metric::upstream_ratelimit_remaining_requests, gauge,
              "spillway_upstream_ratelimit_remaining_requests", "deployment",
              "What the upstream last said is left of its requests.",
              "the last answer that said it; absent before"},
    MetricRow{Metric::credential_expiry, gauge, "spillway_credential_expiry_timestamp_seconds",
              "credential", "Unix time until which its token is used; 0 while it has none.",
              "live state at the scrape; absent for keys"},
    MetricRow{Metric::credential_refreshes, counter, "spillway_credential_refreshes_total",
              "credential,result", "Attempts to get a token.", "once per attempt; absent for keys"},
    MetricRow{Metric::token_issuer_keys, gauge, "spillway_token_issuer_keys", "token_issuer",
              "Keys of it that tokens are verified with; 0 until the first fetch.",
              "live state at the scrape"},
    MetricRow{Metric::token_issuer_refreshes, counter, "spillway_token_issuer_refreshes_total",
              "token_issuer,result", "Attempts to fetch its keys.", "once per attempt"},
    MetricRow{Metric::route_deployments, gauge, "spillway_route_deployments", "route",
              "Deployments in the route, all tiers together.", "routing table"},
    MetricRow{Metric::route_deployments_eligible, gauge, "spillway_route_deployments_eligible",
              "route", "Those of them that a small request could go to now.",
              "the planner, at the scrape"},
    MetricRow{Metric::caller_requests, counter, "spillway_caller_requests_total", "caller,outcome",
              "Requests of identified callers by how they ended.", "once per request, at its end"},
    MetricRow{Metric::caller_tokens, counter, "spillway_caller_tokens_total", "caller,direction",
              "Tokens as the upstream reported them: input is the prompt, output the answer.",
              "once per reported usage"},
    MetricRow{Metric::caller_cost, counter, "spillway_caller_cost_total", "caller",
              "What its answers cost by the table's prices, in the table's currency.",
              "once per answer of a deployment that has a price"},
    MetricRow{Metric::caller_info, gauge, "spillway_caller_info", "caller,cost_center",
              "Always 1; join on caller for its cost center.", "routing table"},
    MetricRow{Metric::caller_tag, gauge, "spillway_caller_tag", "caller,tag,value",
              "Always 1, for each tag; join on caller for what it is charged to.", "routing table"},
    MetricRow{Metric::caller_budget_limit, gauge, "spillway_caller_budget_limit",
              "caller,period,unit", "What the caller may use up in the period.",
              "routing table; absent without such a budget"},
    MetricRow{Metric::caller_budget_used, gauge, "spillway_caller_budget_used",
              "caller,period,unit", "What it has used up in the period that runs.",
              "the ledger, at the scrape; absent without such a budget"},
    MetricRow{Metric::denials, counter, "spillway_denials_total", "reason",
              "Requests refused for who sent them, or for what their sender may do.",
              "once per refused request"},
    MetricRow{Metric::connections, gauge, "spillway_connections", "",
              "Open connections of callers.", "accept and close"},
    MetricRow{Metric::connections_accepted, counter, "spillway_connections_accepted_total", "",
              "Connections of callers accepted.", "accept"},
    MetricRow{Metric::connections_refused, counter, "spillway_connections_refused_total", "",
              "Connections closed at once because of limits.connections.", "accept"},
    MetricRow{Metric::malformed_requests, counter, "spillway_malformed_requests_total", "",
              "Request heads refused by the parser.", "once per refused head"},
    MetricRow{Metric::sdk_retries, counter, "spillway_sdk_retries_total", "",
              "Requests that an SDK marked as its own retry.", "once per request"},
    MetricRow{Metric::retries_denied, counter, "spillway_retries_denied_total", "",
              "Attempts not made because the process-wide retry ratio was used up.",
              "once per denied attempt"},
    MetricRow{Metric::panic_attempts, counter, "spillway_panic_attempts_total", "",
              "Attempts sent although every breaker was open.", "once per such attempt"},
    MetricRow{Metric::access_log_dropped, counter, "spillway_access_log_dropped_total", "cause",
              "Access-log lines lost: the writer was lagging, or its write failed.",
              "workers (lagging) and the log writer (write_failed)"},
    MetricRow{Metric::audit_lines, counter, "spillway_audit_lines_total", "",
              "Lines about requests taken into the audit stream.", "audit writer"},
    MetricRow{Metric::audit_dropped, counter, "spillway_audit_dropped_total", "",
              "Audit lines lost because they could not be written (when_full: drop).", "workers"},
    MetricRow{Metric::audit_writable, gauge, "spillway_audit_writable", "",
              "0 while the audit stream cannot be written; 1 also when there is none.",
              "the last write"},
    MetricRow{Metric::ledger_writable, gauge, "spillway_ledger_writable", "",
              "0 while spent budgets cannot be written; 1 also when there are none.",
              "the last write"},
    MetricRow{Metric::ledger_write_failures, counter, "spillway_ledger_write_failures_total", "",
              "Attempts to write spent budgets that failed.", "once per second while it fails"},
    MetricRow{Metric::escaped_exceptions, counter, "spillway_escaped_exceptions_total", "",
              "Coroutines ended by an exception: always a defect, please report it.", "spawn"},
    MetricRow{Metric::event_loop_lag, histogram, "spillway_event_loop_lag_seconds", "worker",
              "How late a worker's timer tick ran.", "every tick"},
    MetricRow{Metric::ready, gauge, "spillway_ready", "", "1 while /readyz answers 200.",
              "live state at the scrape"},
    MetricRow{Metric::config_info, gauge, "spillway_config_info", "hash",
              "Always 1; hash identifies the routing table in use.", "routing table"},
    MetricRow{Metric::config_reloads, counter, "spillway_config_reloads_total", "result",
              "Attempts to change the routing table: ok, or failed and changed nothing.",
              "once per attempt"},
    MetricRow{Metric::config_last_reload_success, gauge, "spillway_config_last_reload_success", "",
              "0 while the last attempt to change the routing table has failed.",
              "the last attempt"},
    MetricRow{Metric::config_last_reload_success_timestamp, gauge,
              "spillway_config_last_reload_success_timestamp_seconds", "",
              "Unix time at which the routing table in use was loaded.", "routing table"},
    MetricRow{Metric::build_info, gauge, "spillway_build_info", "version,compiler", "Always 1.",
              "the build"},
    MetricRow{Metric::process_start_time, gauge, "process_start_time_seconds", "",
              "Unix time at which the process began.", "/proc"},
    MetricRow{Metric::process_cpu, counter, "process_cpu_seconds_total", "",
              "User and system time.", "/proc"},
    MetricRow{Metric::process_resident_memory, gauge, "process_resident_memory_bytes", "",
              "Resident memory.", "/proc"},
    MetricRow{Metric::process_virtual_memory, gauge, "process_virtual_memory_bytes", "",
              "Virtual memory.", "/proc"},
    MetricRow{Metric::process_open_fds, gauge, "process_open_fds", "", "Open descriptors.",
              "/proc"},
    MetricRow{Metric::process_max_fds, gauge, "process_max_fds", "", "RLIMIT_NOFILE.", "getrlimit"},
    MetricRow{Metric::process_threads, gauge, "process_threads", "", "Threads.", "/proc"},
};

consteval bool rows_are_in_order() {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (table[i].metric != static_cast<Metric>(i)) { return false; }
    }
    return static_cast<std::size_t>(Metric::process_threads) + 1 == table.size();
}
static_assert(rows_are_in_order());

// A long reasoning answer takes minutes, a refused request milliseconds.
constexpr std::array duration_bounds = {.005, .01, .025, .05, .1,  .25,  .5,   1.,
                                        2.5,  5.,  10.,  30., 60., 120., 300., 900.};
// Fine where people notice; far enough for reasoning models. The same on both sides of the gateway,
// so that the cost of failing over can be read as a difference.
constexpr std::array first_token_bounds = {.05, .1, .2,  .35, .5,  .75, 1.,   1.5,
                                           2.5, 5., 10., 20., 30., 60., 120., 300.};
// 10 us to 100 ms: what a healthy gateway adds is at the lower end.
constexpr std::array overhead_bounds = {.00001, .000025, .00005, .0001, .00025, .0005,
                                        .001,   .0025,   .005,   .01,   .025,   .1};
// Same region to other continent with TLS; the connect clock ends it at seconds.
constexpr std::array connect_bounds = {.0005, .001, .0025, .005, .01, .025,
                                       .05,   .1,   .25,   .5,   1.,  2.5};
// One series set per worker, so few of them.
constexpr std::array lag_bounds = {.001, .005, .01, .05, .1, .25, .5, 1.};

}  // namespace

std::span<const MetricRow> catalogue() noexcept { return table; }

const MetricRow& row(Metric metric) noexcept { return table[static_cast<std::size_t>(metric)]; }

std::span<const double> histogram_bounds(Metric metric) noexcept {
    switch (metric) {
        case Metric::request_duration:
        case Metric::upstream_request_duration: return duration_bounds;
        case Metric::time_to_first_token:
        case Metric::upstream_time_to_first_token: return first_token_bounds;
        case Metric::overhead: return overhead_bounds;
        case Metric::upstream_connect: return connect_bounds;
        case Metric::event_loop_lag: return lag_bounds;
        default: return {};
    }
}

}  // namespace spillway
