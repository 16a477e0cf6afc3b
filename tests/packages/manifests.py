"""What can be known of Kubernetes objects without a cluster: every field exists and has its type, what refers to something finds it, pods
meet the restricted pod security standard, and the routing table inside is right."""

import json
import os
import pathlib
import re
import subprocess

import kubernetes_validate
import yaml
from gateway import BINARY

KUBERNETES = "1.31"
TOOLS = pathlib.Path(os.environ.get("SPILLWAY_TOOLS", pathlib.Path(__file__).resolve().parents[2] / "build/tools"))


def check_fields(thing):
    if thing["apiVersion"].startswith("monitoring.coreos.com/"):
        done = subprocess.run([TOOLS / "monitoring"], input=json.dumps(thing), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    else:
        kubernetes_validate.validate(thing, KUBERNETES, strict=True)


def of_kind(things, kind):
    return [thing for thing in things if thing["kind"] == kind]


def containers(pod):
    return pod["spec"].get("initContainers", []) + pod["spec"]["containers"]


def ours(pod):
    [found] = [container for container in containers(pod) if container["name"] == "spillway"]
    return found


def is_selected(labels, selector):
    return selector.items() <= labels.items()


def check_references(things):
    """Selectors select the pods, names and ports exist, mounts have their volumes."""
    for deployment in of_kind(things, "Deployment"):
        pod = deployment["spec"]["template"]
        labels = pod["metadata"]["labels"]
        assert is_selected(labels, deployment["spec"]["selector"]["matchLabels"])
        for budget in of_kind(things, "PodDisruptionBudget"):
            assert is_selected(labels, budget["spec"]["selector"]["matchLabels"])
        for policy in of_kind(things, "NetworkPolicy"):
            assert is_selected(labels, policy["spec"]["podSelector"]["matchLabels"])
        ports = {port["name"] for container in containers(pod) for port in container.get("ports", [])}
        for service in of_kind(things, "Service"):
            assert is_selected(labels, service["spec"]["selector"])
            assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
        for scaler in of_kind(things, "HorizontalPodAutoscaler"):
            assert scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
            assert "replicas" not in deployment["spec"], "two would set the number of pods"
        check_volumes(pod, things)
    for monitor in of_kind(things, "ServiceMonitor"):
        [service] = [service for service in of_kind(things, "Service")
                     if is_selected(service["metadata"]["labels"], monitor["spec"]["selector"]["matchLabels"])]
        assert {end["port"] for end in monitor["spec"]["endpoints"]} <= {port["name"] for port in service["spec"]["ports"]}


def check_volumes(pod, things):
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", [])}
    mounts = ours(pod)["volumeMounts"]
    assert {mount["name"] for mount in mounts} <= set(volumes)
    assert not any("subPath" in mount for mount in mounts), "a subPath never sees a change"
    [table] = [mount for mount in mounts if mount["mountPath"] == "/etc/spillway/config"]
    name = volumes[table["name"]]["configMap"]["name"]
    assert name in [config["metadata"]["name"] for config in of_kind(things, "ConfigMap")]
    assert ours(pod)["args"] == ["serve", "--config", "/etc/spillway/config/spillway.yaml"]


def check_restricted(pod):
    """Pod Security Standards, "restricted", for our container; and what we promise beyond it."""
    security = ours(pod)["securityContext"]
    assert security["runAsNonRoot"] and security["runAsUser"] == 10001
    assert security["readOnlyRootFilesystem"] and not security["allowPrivilegeEscalation"]
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not any("hostPath" in volume for volume in pod["spec"]["volumes"])
    assert not any(pod["spec"].get(key) for key in ("hostNetwork", "hostPID", "hostIPC"))


def tables(things):
    return [thing["data"]["spillway.yaml"] for thing in of_kind(things, "ConfigMap") if "spillway.yaml" in thing["data"]]


def check_drain(things):
    """A pod is given the time its table takes to drain, and some."""
    drains = [yaml.safe_load(table)["drain"] for table in tables(things)]
    for deployment in of_kind(things, "Deployment"):
        grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        for drain in drains:
            assert grace >= sum(int(re.fullmatch(r"(\d+)s", text)[1]) for text in drain.values()) + 30


def check_tables(things, folder):
    """`spillway check` has nothing against the table but that it serves whoever reaches it."""
    for table in tables(things):
        for name in ("admin", "keys", "tls"):
            (folder / name).mkdir(exist_ok=True)
        for path in re.findall(r"/etc/spillway/((?:admin|keys|tls)/[\w.-]+)", table):
            (folder / path).write_text("here")
        (folder / "spillway.yaml").write_text(table.replace("/etc/spillway/", f"{folder}/"))
        done = subprocess.run([BINARY, "check", folder / "spillway.yaml"], capture_output=True, text=True,
                              env={**os.environ, "AOAI_EAST_KEY": "east-key"})
        assert done.returncode == 0, done.stdout + done.stderr
        warnings = [line for line in done.stderr.splitlines() if ": warning: " in line]
        assert all("allow_anonymous" in line for line in warnings), warnings


def check_all(things, folder):
    for thing in things:
        check_fields(thing)
    check_references(things)
    for deployment in of_kind(things, "Deployment"):
        check_restricted(deployment["spec"]["template"])
    check_drain(things)
    check_tables(things, folder)
