#!/usr/bin/env python3
"""Makes the Grafana dashboard: deploy/grafana/dashboard.py > deploy/grafana/spillway.json

The panels are in serving.py and running.py, each one call with its title, what it tells an operator,
and its queries; what Grafana wants besides is in board.py. tests/e2e/test_prometheus.py proves that the
committed file is what this prints, and runs every query against a gateway.
"""

import json

import running
import serving
from board import DEPLOYMENT, GATEWAY, Dashboard, annotation, variable


def main():
    board = Dashboard()
    for part in (
        serving.am_i_ok,
        serving.failover,
        serving.quota,
        serving.callers,
        running.latency,
        running.traffic,
        running.gateway,
    ):
        part(board)
    datasource = {"name": "datasource", "label": "Data source", "type": "datasource"}
    dashboard = {
        "uid": "spillway",
        "title": "Spillway",
        "description": "Failover, quota and latency of the gateway. docs/runbooks.md says what to do.",
        "tags": ["spillway"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "annotations": {
            "list": [
                annotation(
                    "Breaker opened",
                    f'changes(spillway_deployment_state{{{DEPLOYMENT},state="open"}}[1m]) > 0',
                    "red",
                    "{{deployment}}",
                ),
                annotation(
                    "Started",
                    f"changes(process_start_time_seconds{{{GATEWAY}}}[2m]) > 0",
                    "blue",
                    "{{instance}} started",
                ),
            ]
        },
        "templating": {
            "list": [
                {**datasource, "query": "prometheus", "current": {}, "refresh": 1},
                variable("job", "spillway_ready"),
                variable("instance", "spillway_ready"),
                variable("route", "spillway_route_deployments"),
                variable("deployment", "spillway_deployment_info"),
            ]
        },
        "panels": board.panels,
    }
    print(json.dumps(dashboard, indent=1))


if __name__ == "__main__":
    main()
