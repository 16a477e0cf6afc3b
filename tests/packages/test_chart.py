"""The Helm chart, linted and rendered by the real helm."""

import base64
import copy
import json
import subprocess

import manifests
import pytest
import yaml
from gateway import REPO

CHART = REPO / "deploy/helm/spillway"
EXAMPLE = yaml.safe_load((REPO / "deploy/helm/example.yaml").read_text())
MONITORED = {"serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
             "prometheusRule": {"enabled": True}, "dashboard": {"enabled": True}}

# What a value set changes in the example -> the kinds that are rendered beside ConfigMap.
GATEWAY = {"Deployment", "Secret", "Service", "ServiceAccount", "PodDisruptionBudget", "NetworkPolicy"}
SETS = {
    "example": ({}, GATEWAY),
    "autoscaled": ({"autoscaling": {"enabled": True, "maxReplicas": 20}}, GATEWAY | {"HorizontalPodAutoscaler"}),
    "monitored": (MONITORED, GATEWAY | {"ServiceMonitor", "PrometheusRule"}),
    "tls and variables": ({"tlsSecret": "gateway-tls", "envSecrets": ["azure-keys"], "keysSecret": ""}, GATEWAY),
    "an operator's own token": ({**MONITORED, "adminSecret": "operators"}, GATEWAY - {"Secret"} | {"ServiceMonitor", "PrometheusRule"}),
    "workload identity": ({"workloadIdentity": {"clientId": "01234567-89ab-cdef-0123-456789abcdef"}}, GATEWAY),
    "a ledger that stays": ({"ledgerClaim": "spillway-ledger", "replicaCount": 1}, GATEWAY),
    "bare": ({"podDisruptionBudget": {"enabled": False}, "networkPolicy": {"enabled": False},
              "serviceAccount": {"create": False}, "topologySpreadConstraints": []}, {"Deployment", "Secret", "Service"}),
    "placed": ({"nodeSelector": {"kubernetes.io/os": "linux"}, "priorityClassName": "high", "podLabels": {"team": "ml"},
                "podAnnotations": {"note": "x"}, "tolerations": [{"key": "gateway", "operator": "Exists"}],
                "affinity": {"podAntiAffinity": {}}, "imagePullSecrets": [{"name": "pull"}],
                "image": {"repository": "registry.example/spillway", "tag": "1.2.3"}, "drain": {"delay": 10, "timeout": 3600},
                "service": {"type": "LoadBalancer", "port": 80, "annotations": {"internal": "true"}},
                "extraVolumes": [{"name": "csi", "csi": {"driver": "secrets-store.csi.k8s.io", "readOnly": True}}],
                "extraVolumeMounts": [{"name": "csi", "mountPath": "/mnt/keys", "readOnly": True}],
                "fullnameOverride": "front-door"}, GATEWAY),
    "sidecar": ({"mode": "sidecar", "prometheusRule": {"enabled": True}}, {"PrometheusRule", "Secret"}),
}


def merged(base, change):
    result = copy.deepcopy(base)
    for key, value in change.items():
        result[key] = merged(result[key], value) if isinstance(value, dict) and isinstance(result.get(key), dict) else value
    return result


def helm(command, chart, values, *options):
    return subprocess.run([manifests.TOOLS / "helm", *command, chart, "--values", "-", "--kube-version", manifests.KUBERNETES, *options],
                          input=json.dumps(values), capture_output=True, text=True)


def rendered(values, chart=CHART):
    done = helm(["template", "front"], chart, values, "--namespace", "ai")
    assert done.returncode == 0, done.stderr
    return [thing for thing in yaml.safe_load_all(done.stdout) if thing]


@pytest.mark.parametrize("name", SETS)
def test_values_render_to_sound_objects(name, tmp_path):
    change, kinds = SETS[name]
    things = rendered(merged(EXAMPLE, change))

    manifests.check_all(things, tmp_path)
    assert {thing["kind"] for thing in things} - {"ConfigMap"} == kinds


def test_lint_finds_nothing():
    for name, (change, _) in SETS.items():
        done = helm(["lint", "--strict"], CHART, merged(EXAMPLE, change))
        assert done.returncode == 0, (name, done.stdout, done.stderr)


def test_amounts_reach_the_table_as_written(tmp_path):
    """helm reads numbers as floating point; a large one must not come out as 1e+06."""
    values = merged(EXAMPLE, {"config": {"deployments": {"gpt-4o-east": {"tpm": 30000000, "rpm": 1000000}}}})
    [table] = manifests.tables(rendered(values))

    assert "tpm: 3e+07" not in table and yaml.safe_load(table)["deployments"]["gpt-4o-east"]["tpm"] == 30000000


REFUSED = {
    "an unknown key": ({"replicas": 3}, "replicas"),
    "an unknown mode": ({"mode": "daemon"}, "mode"),
    "a table that sets listen": ({"config": {"listen": "0.0.0.0:80"}}, "listen"),
    "a table that sets drain": ({"config": {"drain": {"delay": "1s"}}}, "drain"),
    "a table without routes": ({"config": {"routes": None}}, "routes"),
    "a number as text": ({"drain": {"timeout": "10m"}}, "timeout"),
    "a port out of range": ({"service": {"port": 70000}}, "port"),
    "half a client id": ({"workloadIdentity": {"clientId": "0123"}}, "clientId"),
    "a pull policy that does not exist": ({"image": {"pullPolicy": "Sometimes"}}, "pullPolicy"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_schema_refuses(name):
    change, named = REFUSED[name]
    done = helm(["template", "front"], CHART, merged(EXAMPLE, change))

    assert done.returncode != 0 and "schema" in done.stderr and named in done.stderr, done.stderr


def test_every_value_is_in_the_schema_and_used():
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())["properties"]
    templates = "".join(path.read_text() for path in (CHART / "templates").iterdir())

    assert set(values) == set(schema) - {"global"}
    for key in values:
        assert f".Values.{key}" in templates, key


def test_nothing_of_operators_is_behind_the_callers_service():
    things = rendered(EXAMPLE)
    ports = {service["metadata"]["name"]: [port["name"] for port in service["spec"]["ports"]]
             for service in manifests.of_kind(things, "Service")}

    assert ports == {"front-spillway": ["http"], "front-spillway-admin": ["admin"]}


def test_operators_are_asked_for_the_token_in_the_secret():
    for change, name in (({}, "front-spillway-admin"), ({"adminSecret": "operators"}, "operators")):
        things = rendered(merged(EXAMPLE, {**MONITORED, **change}))
        [monitor] = manifests.of_kind(things, "ServiceMonitor")
        assert monitor["spec"]["endpoints"][0]["authorization"]["credentials"] == {"name": name, "key": "token"}
        [deployment] = manifests.of_kind(things, "Deployment")
        volumes = {each["name"]: each for each in deployment["spec"]["template"]["spec"]["volumes"]}
        assert volumes["spillway-admin"]["secret"]["secretName"] == name
        made = [base64.b64decode(each["data"]["token"]) for each in manifests.of_kind(things, "Secret")]
        assert all(len(token) == 48 for token in made) and len(made) == (not change)


def test_alerts_and_dashboard_are_the_ones_of_the_repository():
    things = rendered(merged(EXAMPLE, MONITORED))
    [rules] = manifests.of_kind(things, "PrometheusRule")
    [board] = [thing for thing in manifests.of_kind(things, "ConfigMap") if "spillway.json" in thing["data"]]

    assert rules["spec"] == yaml.safe_load((REPO / "deploy/prometheus/rules.yml").read_text())
    assert json.loads(board["data"]["spillway.json"]) == json.loads((REPO / "deploy/grafana/spillway.json").read_text())


APPLICATION = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: application}
spec:
  selector: {matchLabels: {app: application}}
  template:
    metadata: {labels: {app: application}}
"""


def test_the_readme_s_sidecar_is_a_native_one(tmp_path):
    """A chart that does what the chart's README says."""
    readme = (CHART / "README.md").read_text()
    chart_yaml, spec = [block.split("\n", 1)[1] for block in readme.split("```yaml\n")[1:3]]
    chart = tmp_path / "application"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: application\nversion: 1.0.0\n" + chart_yaml.partition("```")[0])
    spec = spec.partition("```")[0].replace("- name: application\n", "- name: application\n          image: application:1\n")
    (chart / "templates/deployment.yaml").write_text(APPLICATION + spec)
    (chart / "charts").mkdir()
    subprocess.run(["cp", "--recursive", "--dereference", CHART, chart / "charts"], check=True)

    things = rendered({"spillway": merged(EXAMPLE, {"mode": "sidecar"})}, chart)

    manifests.check_all(things, tmp_path)
    [application] = manifests.of_kind(things, "Deployment")
    [sidecar] = application["spec"]["template"]["spec"]["initContainers"]
    assert sidecar["restartPolicy"] == "Always"
    [table] = manifests.tables(things)
    assert yaml.safe_load(table)["listen"] == "127.0.0.1:8080"
