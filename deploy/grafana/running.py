"""The rows for how it runs: latency, traffic and tokens, the process itself."""

from board import DEPLOYMENT, GATEWAY, ROUTE, quantile, rate


def latency(board):
    board.row("Latency")
    first = "spillway_time_to_first_token_seconds"
    board.panel(
        "heatmap",
        "First token, as callers see it",
        "Streams by how long the first token took, failovers included.",
        [(f"sum by (le) (increase({first}_bucket{{{ROUTE}}}[$__rate_interval]))", "{{le}}")],
        options={"calculate": False, "yAxis": {"unit": "s"}, "color": {"scheme": "Oranges"}},
    )
    board.lines(
        "First token, p95, by deployment",
        "From the attempt's begin: compare with callers' to see what failing over costs.",
        [
            (
                quantile(0.95, "spillway_upstream_time_to_first_token_seconds", DEPLOYMENT, "deployment"),
                "{{deployment}}",
            ),
            (quantile(0.95, first, ROUTE), "callers"),
        ],
        "s",
    )
    board.lines(
        "Whole answer by route",
        "Head of the request to the last byte of the answer.",
        [
            (quantile(q, "spillway_request_duration_seconds", ROUTE, "route"), f"{{{{route}}}} {name}")
            for q, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
        ],
        "s",
    )
    board.lines(
        "Attempts, p95",
        "Begin to end of an attempt, connecting included.",
        [
            (
                quantile(0.95, "spillway_upstream_request_duration_seconds", DEPLOYMENT, "deployment"),
                "{{deployment}}",
            )
        ],
        "s",
    )
    board.lines(
        "Connecting, p95",
        "TCP and TLS.",
        [
            (
                quantile(0.95, "spillway_upstream_connect_seconds", DEPLOYMENT, "deployment"),
                "{{deployment}}",
            )
        ],
        "s",
    )
    board.lines(
        "Connections reused",
        "Share of attempts on a connection that was there already.",
        [
            (
                f"{rate('spillway_upstream_connections_reused_total', DEPLOYMENT, 'deployment')} / ("
                f"{rate('spillway_upstream_connections_reused_total', DEPLOYMENT, 'deployment')} + "
                f"{rate('spillway_upstream_connections_opened_total', DEPLOYMENT, 'deployment')})",
                "{{deployment}}",
            )
        ],
        "percentunit",
    )


def traffic(board):
    board.row("Traffic and tokens")
    board.lines(
        "Requests by outcome",
        "Each request has exactly one.",
        [(rate("spillway_requests_total", ROUTE, "outcome"), "{{outcome}}")],
        "reqps",
        stacked=True,
    )
    board.lines(
        "Requests by route and code",
        "What callers were sent; the route _other are models nobody has.",
        [(f"{rate('spillway_requests_total', ROUTE, 'route, code')} > 0", "{{route}} {{code}}")],
        "reqps",
    )
    board.lines(
        "In flight",
        "Requests of callers by route, attempts by deployment.",
        [
            (f"sum by (route) (spillway_requests_in_flight{{{ROUTE}}})", "{{route}}"),
            (
                f"sum by (deployment) (spillway_upstream_requests_in_flight{{{DEPLOYMENT}}})",
                "at {{deployment}}",
            ),
        ],
    )
    for words, metric in (
        ("Input tokens", "spillway_input_tokens_total"),
        ("Output tokens", "spillway_output_tokens_total"),
        ("Cached input tokens", "spillway_cached_input_tokens_total"),
        ("Reasoning output tokens", "spillway_reasoning_output_tokens_total"),
    ):
        board.lines(
            words,
            "As the upstream reported them, per second. Cached and reasoning tokens are parts of"
            " input and output.",
            [(rate(metric, DEPLOYMENT, "deployment"), "{{deployment}}")],
            stacked=True,
            width=6,
        )
    board.lines(
        "Answers without usage",
        "Their tokens are missing above. not_asked: a stream whose caller did not set include_usage;"
        " absent: the upstream owed it.",
        [
            (
                rate("spillway_usage_missing_total", DEPLOYMENT, "deployment, reason"),
                "{{deployment}} {{reason}}",
            )
        ],
        "ops",
    )
    board.lines(
        "Callers' own trouble",
        "Heads that are no HTTP, and retries that SDKs make by themselves.",
        [
            (rate("spillway_malformed_requests_total", GATEWAY), "malformed"),
            (rate("spillway_sdk_retries_total", GATEWAY), "SDK retries"),
        ],
        "ops",
    )


def gateway(board):
    board.row("Gateway")
    board.lines(
        "Own time, p99",
        "What the gateway itself adds on the way there (request) and back (response).",
        [(quantile(0.99, "spillway_overhead_seconds", GATEWAY, "phase"), "{{phase}}")],
        "s",
    )
    board.lines(
        "Event loop lag, p99",
        "How late the workers' timers run; more than 0.1 s means too little CPU.",
        [(quantile(0.99, "spillway_event_loop_lag_seconds", GATEWAY, "instance"), "{{instance}}")],
        "s",
    )
    board.lines(
        "CPU",
        "Cores in use.",
        [(f"rate(process_cpu_seconds_total{{{GATEWAY}}}[$__rate_interval])", "{{instance}}")],
    )
    board.lines(
        "Connections",
        "Of callers, and to upstreams.",
        [
            (f"sum(spillway_connections{{{GATEWAY}}})", "callers"),
            (f"sum by (state) (spillway_upstream_connections{{{GATEWAY}}})", "upstream {{state}}"),
        ],
    )
    board.lines(
        "New connections of callers",
        "Refused ones exceeded limits.connections.",
        [
            (rate("spillway_connections_accepted_total", GATEWAY), "accepted"),
            (rate("spillway_connections_refused_total", GATEWAY), "refused"),
        ],
        "ops",
    )
    board.lines(
        "Memory",
        "Resident.",
        [(f"process_resident_memory_bytes{{{GATEWAY}}}", "{{instance}}")],
        "bytes",
    )
    board.lines(
        "Descriptors used",
        "Share of the limit.",
        [(f"process_open_fds{{{GATEWAY}}} / process_max_fds{{{GATEWAY}}}", "{{instance}}")],
        "percentunit",
    )
    board.lines(
        "Lost and broken",
        "Log lines lost by cause, audit lines lost, and connections ended by a defect.",
        [
            (rate("spillway_access_log_dropped_total", GATEWAY, "cause"), "log lines: {{cause}}"),
            (rate("spillway_audit_dropped_total", GATEWAY), "audit lines"),
            (rate("spillway_escaped_exceptions_total", GATEWAY), "defects"),
        ],
        "ops",
    )
    board.lines(
        "Audit lines",
        "Taken into the audit stream; zero while nobody asks or there is none.",
        [(rate("spillway_audit_lines_total", GATEWAY), "lines")],
        "ops",
    )
    board.lines(
        "Routing table reloads",
        "Attempts to change the table; a failed one changes nothing.",
        [(rate("spillway_config_reloads_total", GATEWAY, "result"), "{{result}}")],
        "ops",
    )
    board.lines(
        "Age of the routing table",
        "Since the table in use was loaded.",
        [
            (
                f"time() - spillway_config_last_reload_success_timestamp_seconds{{{GATEWAY}}}",
                "{{instance}}",
            )
        ],
        "s",
    )
    info = "max by (instance, version, compiler) (spillway_build_info{%s})" % GATEWAY
    joined = (
        "max by (instance, hash) (spillway_config_info{%s})"
        " * on (instance) group_left () max by (instance) (spillway_ready{%s})" % (GATEWAY, GATEWAY)
    )
    age = "time() - max by (instance) (process_start_time_seconds{%s})" % GATEWAY
    board.panel(
        "table",
        "Instances",
        "Build; routing table and whether it is ready (1); seconds since its start.",
        [(info, ""), (joined, ""), (age, "")],
        transformations=[
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {"excludeByName": {"Time": True, "Value #A": True}}},
        ],
    )
