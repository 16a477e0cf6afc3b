"""The image, built by buildah without an engine, and its root used as a container would: the program runs as user 10001 in a root that is
read-only and that holds nothing but the image."""

import json
import pathlib
import shlex
import subprocess

from gateway import REPO

BASE = "docker.io/library/debian:bookworm-slim"

# What a container runtime does: a mount namespace with the image as a read-only root, /proc, four devices, /tmp, one volume; then
# chroot drops to the user, which takes every capability, and no_new_privs forbids to get any back.
CONTAIN = """
set -e
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs tmpfs "$ROOT/tmp"
for device in null zero random urandom; do mount --bind /dev/$device "$ROOT/dev/$device"; done
if [ -n "$VOLUME" ]; then mkdir -p "$ROOT$VOLUME"; chown -R 10001:10001 "$VOLUME"; mount --bind "$VOLUME" "$ROOT$VOLUME"; fi
mount -o remount,bind,ro "$ROOT"
exec setpriv --no-new-privs chroot --userspec=10001:10001 --groups= "$ROOT" "$@"
"""


class Builder:
    """buildah with a storage of its own."""

    def __init__(self, folder: pathlib.Path):
        self.options = ["--root", folder / "storage", "--runroot", folder / "run", "--storage-driver", "vfs"]

    def __call__(self, *words) -> str:
        done = subprocess.run(["buildah", *self.options, *words], capture_output=True, text=True, cwd=REPO)
        assert done.returncode == 0, f"buildah {words}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout.strip()

    def import_base(self, root: pathlib.Path) -> None:
        """The clean Debian root under the name that the Dockerfile begins with; no registry is asked."""
        container = self("from", "scratch")
        self("copy", "--quiet", container, root, "/")
        self("commit", "--quiet", container, BASE)
        self("rm", container)

    def build(self, target: str, packages: pathlib.Path | None) -> "Image":
        """`packages` stands in for the stage `package`: a folder with the .deb; none: all is built from source."""
        given = ["--build-context", f"package={packages}"] if packages else []
        self("bud", "--isolation", "chroot", "--pull-never", "--format", "docker", *given, "--target", target,
             "--file", "docker/Dockerfile", "--tag", target, ".")
        return Image(self, target)


class Image:
    def __init__(self, builder: Builder, name: str):
        self.config = json.loads(builder("inspect", "--type", "image", name))["Docker"]["config"]
        self.root = pathlib.Path(builder("mount", builder("from", "--pull-never", name)))
        self.files = [path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink()]
        """What the image holds."""
        self._make_mount_points()

    def _make_mount_points(self) -> None:
        for folder in ("proc", "dev", "tmp"):
            (self.root / folder).mkdir(exist_ok=True)
        for device in ("null", "zero", "random", "urandom"):
            (self.root / "dev" / device).touch()

    def _contained(self, volume: str) -> list[str]:
        environment = [*self.config["Env"], f"ROOT={self.root}", f"VOLUME={volume}"]
        return ["unshare", "--mount", "--propagation", "private", "env", *environment,
                "/bin/sh", "-c", CONTAIN, "contain", *self.config["Entrypoint"]]

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([*self._contained(""), *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def wrapper(self, path: pathlib.Path) -> None:
        """A script that is called as `spillway serve --config FILE` and does that in the image; the file's folder is its volume."""
        command = shlex.join(self._contained("FOLDER")).replace("VOLUME=FOLDER", 'VOLUME="$(dirname "$3")"')
        path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        path.chmod(0o755)
