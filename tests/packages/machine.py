"""A clean Debian root booted with its own systemd as PID 1 (systemd-nspawn), in which the package is used as on a server. Own network
namespace: fixed ports disturb nobody, and nothing outside is reached."""

import contextlib
import pathlib
import shlex
import signal
import subprocess
import time

BOOT_SECONDS = 90


class Machine:
    def __init__(self, root: pathlib.Path):
        self.root = root
        self.container: subprocess.Popen | None = None
        self.leader = 0
        """PID, seen from here, of the systemd inside."""

    def __enter__(self) -> "Machine":
        # A clean end is SIGRTMIN+4, "power off"; nspawn sends it to PID 1 when it gets SIGTERM.
        self.container = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--private-network",
             "--kill-signal=SIGRTMIN+4", "--console=pipe", f"--directory={self.root}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.wait_for(lambda: self.find_leader() and self.state() in ("running", "degraded"), "the system is up", BOOT_SECONDS)
        return self

    def __exit__(self, *exc) -> None:
        self.container.send_signal(signal.SIGTERM)
        try:
            self.container.wait(60)
        except subprocess.TimeoutExpired:
            self.container.kill()
            self.container.wait()

    def find_leader(self) -> int:
        children = subprocess.run(["pgrep", "-P", str(self.container.pid)], capture_output=True, text=True).stdout.split()
        self.leader = int(children[0]) if children else 0
        return self.leader

    def state(self) -> str:
        return self.run("systemctl is-system-running", check=False).stdout.strip()

    def run(self, command: str, check: bool = True) -> subprocess.CompletedProcess:
        """The command inside; fails with what it said."""
        done = subprocess.run(["nsenter", "--target", str(self.leader), "--all", *shlex.split(command)],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}{self.journal()}"
        return done

    def script(self, text: str) -> str:
        """A block of a document, run by a shell inside; what it printed."""
        return self.run(shlex.join(["bash", "-euo", "pipefail", "-c", text])).stdout

    @contextlib.contextmanager
    def running(self, name: str, command: str, environment: dict | None = None):
        """The command as a service of that name, until the end of the block."""
        settings = " ".join(f"--setenv={key}={value}" for key, value in (environment or {}).items())
        self.run(f"systemd-run --quiet --unit={name} {settings} {command}")
        try:
            yield
        finally:
            self.run(f"systemctl stop {name}.service")

    def here(self, command: list, **options) -> subprocess.CompletedProcess:
        """A command of this machine, with the network of that one."""
        return subprocess.run(["nsenter", "--target", str(self.leader), "--net", *command],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)

    def journal(self) -> str:
        return self.run("journalctl --no-pager -n 40 -u spillway.service -o cat", check=False).stdout

    def property(self, unit: str, name: str) -> str:
        return self.run(f"systemctl show {unit} --property={name} --value").stdout.strip()

    def wait_for(self, condition, what: str, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.container.poll() is None, "the container ended"
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}\n{self.journal()}"
            time.sleep(0.2)
