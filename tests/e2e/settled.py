"""What holds after every test: each request has exactly one outcome and everything is given back."""

import time

from figures import SLOW


def in_flight(gateway):
    status = gateway.status()
    return sum(each["in_flight"] for each in status["routes"] + status["deployments"])


def settled(gateway, requests):
    """Waits for `requests` access-log lines, then checks; returns the lines."""
    lines = gateway.access_log(requests, within=10 * SLOW)
    deadline = time.monotonic() + 5 * SLOW
    while in_flight(gateway) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert in_flight(gateway) == 0
    assert gateway.metric("spillway_escaped_exceptions_total") == 0
    assert gateway.metric("spillway_requests_total") == requests
    lines = gateway.access_log()
    assert len(lines) == requests
    return lines
