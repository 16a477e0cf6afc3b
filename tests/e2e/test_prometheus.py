"""A real Prometheus scrapes a gateway while the simulator takes a region away: targets, rules, alerts,
and every query of the dashboard. Alerts wait for a second here instead of minutes; that they wait, and
for what, promtool tests with time in its hand (rules_test.yml)."""

import subprocess

import pytest
from asking import HELLO, STREAM, ask, ask_many
from gateway import REPO, Gateway
from identity_services import Imds, Issuer
from keys import new_key
from prometheus import Prometheus, dashboard_queries, quick_rules
from sim import Sim, two_regions
from tables import over_regions, priced

LIMITS = {"tpm": 100000, "rpm": 6000}


@pytest.fixture(scope="module")
def outage(tmp_path_factory):
    """(Prometheus, what fired before, what fired after the first region was taken away, what fired
    after the second), with requests before and in between, and a stranger's in between."""
    team = new_key("team")
    known = {"authorization": "Bearer " + team.secret}
    tiers = [["east/gpt-4o-prod"], ["west/gpt-4o-dr"]]
    with Sim(two_regions()) as sim, Imds(Issuer()) as imds:
        for resource, deployment in (("east", "gpt-4o-prod"), ("west", "gpt-4o-dr")):
            sim.set_limits(resource, deployment, **LIMITS)
        table = priced(over_regions(
            {"east": sim, "west": sim}, tiers, limits=LIMITS, breaker={"open_base": "60s"},
            callers={"team": {"keys": [team.line], "budget": {"month": {"money": 1000}},
                              "cost_center": "4711", "tags": {"team": "desk"}}},
            ledger={"path": str(tmp_path_factory.mktemp("ledger") / "ledger.db")},
        ))
        table["credentials"]["machine"] = {"managed_identity": {}}
        table["resources"]["spare"] = {"endpoint": sim.url("east"), "credential": "machine"}
        with Gateway(table, imds.environment) as gateway, Prometheus([gateway.admin], quick_rules()) as prometheus:

            def fires(name):
                ask(gateway)
                ask_many(gateway, 8, HELLO, headers=known)
                ask_many(gateway, 8, STREAM, headers=known)
                return prometheus.firing() if name in prometheus.firing() else None

            # Enough scrapes for a rate from the first request on.
            prometheus.wait_for(
                lambda: prometheus.query("count_over_time(spillway_ready[1m]) >= 3")
            )
            ask_many(gateway, 20, HELLO, headers=known)
            ask_many(gateway, 20, STREAM, headers=known)
            # Every rule has seen them, several times over.
            prometheus.wait_for(
                lambda: prometheus.query(
                    "count_over_time((sum(spillway_requests_total) >= 40)[1m:1s]) >= 5"
                )
            )
            before = prometheus.firing()
            sim.fault({"refuse": "all"}, resource="east")
            during = prometheus.wait_for(lambda: fires("SpillwayDeploymentOpen"))
            sim.fault({"refuse": "all"}, resource="west")
            after = prometheus.wait_for(lambda: fires("SpillwayRouteUnavailable"))
            yield prometheus, before, during, after


def test_promtool_agrees_with_every_rule_and_its_test():
    files = sorted((REPO / "deploy/prometheus").glob("rules_*test.yml"))
    for command in (["check", "config", REPO / "deploy/prometheus/prometheus.yml"], ["test", "rules", *files]):
        said = subprocess.run(["promtool", *command], capture_output=True, text=True)
        assert said.returncode == 0, said.stdout + said.stderr


def test_the_dashboard_is_what_its_script_prints():
    made = subprocess.run([REPO / "deploy/grafana/dashboard.py"], capture_output=True, text=True, check=True)

    assert (REPO / "deploy/grafana/spillway.json").read_text() == made.stdout


def test_every_target_is_up_and_nothing_is_complained_about(outage):
    prometheus, *_ = outage
    [target] = prometheus.get("targets")["activeTargets"]

    assert (target["health"], target["lastError"]) == ("up", "")
    complaints = [
        line
        for line in prometheus.log_path.read_text().splitlines()
        if "level=warn" in line or "level=error" in line
    ]
    assert not complaints


def test_every_rule_is_evaluated_without_an_error(outage):
    prometheus, *_ = outage
    rules = prometheus.rules()

    assert len(rules) > 50
    assert not [rule for rule in rules if rule["health"] != "ok" or rule.get("lastError")]


def test_no_alert_fires_while_all_is_well(outage):
    _, before, *_ = outage

    assert before == {}


def test_alerts_follow_an_outage(outage):
    _, _, during, after = outage

    assert "SpillwayRouteUnavailable" not in during
    assert {each["labels"]["deployment"] for each in during["SpillwayDeploymentOpen"]} == {
        "east-gpt-4o-prod"
    }
    [page] = after["SpillwayRouteUnavailable"]
    assert page["labels"]["route"] == "gpt-4o" and page["labels"]["severity"] == "page"
    for alerts in after.values():
        for alert in alerts:
            texts = alert["annotations"].values()
            assert not [text for text in texts if "<" in text or "{{" in text or not text]


def test_every_query_of_the_dashboard_finds_data(outage):
    prometheus, *_ = outage
    empty = []
    for where, expr in dashboard_queries():
        if not prometheus.query(expr):
            empty.append((where, expr))

    # Nothing was started anew, and Prometheus saw no change within the last minute or two.
    assert [each for each in empty if each[0] not in ("Started", "Breaker opened")] == []
