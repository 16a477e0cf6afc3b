"""The rows for the question whether callers are served: a glance, failover, quota."""

from board import DEPLOYMENT, GATEWAY, ROUTE, quantile, rate

JUDGED = 'outcome!~"client_error|aborted"'
FAILED = 'outcome=~"upstream_error|exhausted|shed|timeout"'
STATES = {
    "1": {"text": "closed", "color": "green"},
    "2": {"text": "half open", "color": "yellow"},
    "3": {"text": "open", "color": "red"},
}


def am_i_ok(board):
    board.row("Am I OK?")
    judged = f"sum(increase(spillway_requests_total{{{ROUTE},{JUDGED}}}[$__range]))"
    failed = f"sum(increase(spillway_requests_total{{{ROUTE},{FAILED}}}[$__range]))"
    board.stat(
        "Success",
        "Requests answered well, of those that were not the caller's fault, in the chosen time.",
        f"1 - {failed} / ({judged} > 0)",
        "percentunit",
        [(None, "red"), (0.99, "orange"), (0.999, "green")],
    )
    board.stat(
        "Error budget left",
        "Of an objective of 99.9 % over the chosen time; below zero it is overdrawn.",
        f"1 - {failed} / ({judged} > 0) / 0.001",
        "percentunit",
        [(None, "red"), (0, "orange"), (0.5, "green")],
    )
    board.stat(
        "First token, p95",
        "What callers of streams wait, failovers included.",
        quantile(0.95, "spillway_time_to_first_token_seconds", ROUTE),
        "s",
        [(None, "green"), (5, "orange"), (20, "red")],
    )
    board.stat(
        "Failovers per minute",
        "Attempts given up in favour of another deployment.",
        f"60 * {rate('spillway_failovers_total', ROUTE)}",
        "short",
        [(None, "green"), (1, "orange")],
    )
    board.stat(
        "Fewest deployments left",
        "Of the route that is worst off; at 0 its callers get errors.",
        f"min(spillway_route_deployments_eligible{{{ROUTE}}})",
        "short",
        [(None, "red"), (1, "orange"), (2, "green")],
    )
    board.stat(
        "Fullest deployment",
        "Share of its tokens per minute that is used.",
        f"max(spillway_deployment_tpm_used{{{DEPLOYMENT}}}"
        f" / (spillway_deployment_tpm_limit{{{DEPLOYMENT}}} > 0))",
        "percentunit",
        [(None, "green"), (0.8, "orange"), (0.95, "red")],
    )


def failover(board):
    board.row("Failover")
    state = "spillway_deployment_state"
    board.panel(
        "state-timeline",
        "Breakers",
        "Each deployment: closed serves, open is left alone, half open is being tried.",
        [
            (
                f'max by (deployment) ({state}{{{DEPLOYMENT},state="closed"}}'
                f' + ignoring (state) 2 * {state}{{{DEPLOYMENT},state="half_open"}}'
                f' + ignoring (state) 3 * {state}{{{DEPLOYMENT},state="open"}})',
                "{{deployment}}",
            )
        ],
        width=12,
        field={"mappings": [{"type": "value", "options": STATES}]},
        options={"mergeValues": True, "showValue": "never", "rowHeight": 0.8},
    )
    board.lines(
        "Deployments left per route",
        "How many deployments a small request could go to; at 0 callers get errors.",
        [
            (f"min by (route) (spillway_route_deployments_eligible{{{ROUTE}}})", "{{route}}"),
            (f"min by (route) (spillway_route_deployments{{{ROUTE}}})", "{{route}}, all"),
        ],
        width=12,
    )
    board.lines(
        "Failovers by reason",
        "Why requests left a deployment; docs/troubleshooting.md explains the words.",
        [(f"{rate('spillway_failovers_total', ROUTE, 'reason')} > 0", "{{reason}}")],
        "ops",
        stacked=True,
    )
    board.lines(
        "Attempts per request",
        "Requests by the number of attempts they took; more than 1 is failover.",
        [(rate("spillway_request_attempts_total", ROUTE, "attempts"), "{{attempts}}")],
        "reqps",
        stacked=True,
    )
    board.lines(
        "Failed attempts by deployment",
        "Who makes requests fail over, and by what.",
        [
            (
                f"{rate('spillway_upstream_failures_total', DEPLOYMENT, 'deployment, reason')} > 0",
                "{{deployment}} {{reason}}",
            )
        ],
        "ops",
    )
    board.lines(
        "Breaker transitions",
        "State changes; many mean that a deployment answers probes and fails under load.",
        [
            (
                "sum by (deployment, to, reason) (increase("
                f"spillway_breaker_transitions_total{{{DEPLOYMENT}}}[$__rate_interval])) > 0",
                "{{deployment}} to {{to}}: {{reason}}",
            )
        ],
    )
    board.lines(
        "Last resorts",
        "Attempts although every breaker is open, attempts denied by the retry ratio, attempts that"
        " need an operator, tokens that could not be fetched.",
        [
            (rate("spillway_panic_attempts_total", GATEWAY), "fail-open"),
            (rate("spillway_retries_denied_total", GATEWAY), "denied"),
            (
                rate("spillway_deployment_alerts_total", DEPLOYMENT, "deployment"),
                "{{deployment}} needs attention",
            ),
            (
                'sum by (credential) (rate(spillway_credential_refreshes_total'
                f'{{{GATEWAY},result="failed"}}[$__rate_interval]))',
                "{{credential}} not refreshed",
            ),
        ],
        "ops",
    )
    board.panel(
        "table",
        "Deployments",
        "Where each of them is.",
        [(f"max by (deployment, resource, region, kind) (spillway_deployment_info{{{DEPLOYMENT}}})", "")],
        transformations=[
            {"id": "organize", "options": {"excludeByName": {"Time": True, "Value": True}}}
        ],
    )


def quota(board):
    board.row("Quota")
    for words, kind in (("Tokens", "tpm"), ("Requests", "rpm")):
        board.panel(
            "bargauge",
            f"{words} per minute, share used",
            "Of the limit in force; what does not fit goes to the next tier. Unlimited ones are left out.",
            [
                (
                    f"max by (deployment) (spillway_deployment_{kind}_used{{{DEPLOYMENT}}}"
                    f" / (spillway_deployment_{kind}_limit{{{DEPLOYMENT}}} > 0))",
                    "{{deployment}}",
                )
            ],
            "percentunit",
            field={"min": 0, "max": 1, "noValue": "no limits in the table"},
            options={"orientation": "horizontal", "displayMode": "basic"},
        )
    board.lines(
        "Tokens left per minute",
        "Limit less use.",
        [
            (
                f"min by (deployment) ((spillway_deployment_tpm_limit{{{DEPLOYMENT}}} > 0)"
                f" - spillway_deployment_tpm_used{{{DEPLOYMENT}}})",
                "{{deployment}}",
            )
        ],
    )
    board.lines(
        "Left, as upstreams say",
        "Their own count, when they tell it; other clients of the same quota are in it.",
        [
            (
                f"min by (deployment) (spillway_upstream_ratelimit_remaining_{what}{{{DEPLOYMENT}}})",
                f"{{{{deployment}}}} {what}",
            )
            for what in ("tokens", "requests")
        ],
    )
    board.lines(
        "Upstream answers",
        "By status. 429 is a throttle our own count did not foresee.",
        [
            (
                f"{rate('spillway_upstream_requests_total', DEPLOYMENT, 'deployment, code')} > 0",
                "{{deployment}} {{code}}",
            )
        ],
        "reqps",
    )
    board.lines(
        "Cool-downs",
        "Time until a deployment is asked again that told us to wait.",
        [
            (
                f"max by (deployment) (spillway_deployment_retry_after_seconds{{{DEPLOYMENT}}})",
                "{{deployment}}",
            )
        ],
        "s",
    )


def callers(board):
    board.row("Callers")
    board.lines(
        "Requests by caller",
        "Of everybody who has shown who they are; names are those of the table.",
        [(f"{rate('spillway_caller_requests_total', GATEWAY, 'caller')} > 0", "{{caller}}")],
        "reqps",
        stacked=True,
    )
    board.lines(
        "Tokens per minute by caller",
        "Prompt and answer, as upstreams reported them.",
        [(f"60 * {rate('spillway_caller_tokens_total', GATEWAY, 'caller')} > 0", "{{caller}}")],
        stacked=True,
    )
    board.lines(
        "Cost per hour by caller",
        "By the table's prices, in its currency.",
        [(f"3600 * {rate('spillway_caller_cost_total', GATEWAY, 'caller')} > 0", "{{caller}}")],
        "none",
        stacked=True,
    )
    for label, of, tells in (
        ("cost_center", "spillway_caller_info", "cost center"),
        ("value", 'spillway_caller_tag{tag="team"}', "the tag team; write another tag for it"),
    ):
        board.lines(
            f"Cost per hour by {tells.split(';')[0]}",
            f"As the table says who pays: by {tells}.",
            [
                (
                    f"3600 * sum by ({label}) (rate(spillway_caller_cost_total{{{GATEWAY}}}"
                    f"[$__rate_interval]) * on (job, instance, caller) group_left ({label}) {of})",
                    "{{" + label + "}}",
                )
            ],
            "none",
            stacked=True,
        )
    board.lines(
        "Budgets used",
        "Share of what a caller may use up in the day or month that runs (UTC), of the fullest"
        " gateway; at 100 % its requests are refused.",
        [
            (
                f"max by (caller, period, unit) (spillway_caller_budget_used{{{GATEWAY}}}"
                f" / spillway_caller_budget_limit{{{GATEWAY}}})",
                "{{caller}}, {{unit}} a {{period}}",
            )
        ],
        "percentunit",
    )
    board.lines(
        "Refused callers",
        "Requests refused for who sent them, or for what their sender may do; docs/callers.md"
        " explains the words.",
        [(f"{rate('spillway_denials_total', GATEWAY, 'reason')} > 0", "{{reason}}")],
        "ops",
        stacked=True,
    )
