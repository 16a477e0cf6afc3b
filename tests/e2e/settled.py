"""What holds after every test: each request has exactly one outcome and everything is given back."""

import time

from figures import SLOW


def in_flight(gateway):
    status = gateway.status()
    return sum(each["in_flight"] for each in status["routes"] + status["deployments"])


def counts(gateway):
    """(requests with an outcome, lines of the access log)."""
    return gateway.metric("spillway_requests_total"), len(gateway.access_log())


def settled(gateway, requests=None):
    """Waits until nothing is in flight and every request (there were `requests`, if the test knows)
    has its outcome and its line; returns the lines."""
    deadline = time.monotonic() + 10 * SLOW
    while time.monotonic() < deadline:
        outcomes, lines = counts(gateway)
        expected = outcomes if requests is None else requests
        if outcomes == lines == expected and in_flight(gateway) == 0:
            break
        time.sleep(0.02)
    assert in_flight(gateway) == 0
    assert gateway.metric("spillway_escaped_exceptions_total") == 0
    outcomes, lines = counts(gateway)
    assert outcomes == lines == (outcomes if requests is None else requests)
    return gateway.access_log()
