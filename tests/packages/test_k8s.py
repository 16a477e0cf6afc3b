"""The plain manifests."""

import manifests
import yaml
from gateway import REPO

FOLDER = REPO / "deploy/k8s"


def read(*names):
    return [thing for name in names for thing in yaml.safe_load_all((FOLDER / name).read_text())]


def test_the_gateway_is_sound(tmp_path):
    things = read("table.yaml", "gateway.yaml")

    manifests.check_all(things, tmp_path)
    assert {thing["kind"] for thing in things} == {"ConfigMap", "Deployment", "Service", "PodDisruptionBudget"}


def test_the_sidecar_is_sound_and_native(tmp_path):
    things = read("table.yaml", "sidecar.yaml")

    manifests.check_all(things, tmp_path)
    [deployment] = manifests.of_kind(things, "Deployment")
    [sidecar] = deployment["spec"]["template"]["spec"]["initContainers"]
    assert sidecar["restartPolicy"] == "Always"


def test_no_file_is_forgotten():
    assert {path.name for path in FOLDER.iterdir()} == {"table.yaml", "gateway.yaml", "sidecar.yaml"}
