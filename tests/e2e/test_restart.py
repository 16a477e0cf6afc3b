"""R-7: a service manager that keeps the listening socket (systemd's .socket unit) restarts the gateway
and nobody is refused or reset; and what else a service tells its manager."""

import contextlib
import os
import select
import shutil
import socket
import subprocess
import time

import pytest
from asking import SHORT, V1_CHAT
from caller import Caller
from figures import figure
from gateway import BINARY, Gateway
from meanwhile import Meanwhile
from raw_http import request_bytes
from tables import one_route

CONNECTIONS = int(os.environ.get("SPILLWAY_CONNECTIONS", "5000"))
"""The row wants 50,000: tests/full.d/restart.sh."""
REQUEST = request_bytes(V1_CHAT, SHORT, {})


class Service(Gateway):
    """A gateway as systemd starts it: with a listening socket as descriptor 3, and a socket to report
    to. `restart()` is `systemctl restart`."""

    def __init__(self, sim, **more):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = self.socket.getsockname()[1]
        super().__init__(
            one_route({"east": sim.address("east")}, listen=f"127.0.0.1:{self.port}", **more)
        )
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(self.config_path.with_name("notify")))
        self.manager.settimeout(20)
        self.env["NOTIFY_SOCKET"] = self.manager.getsockname()

    def launch(self, events):
        script = f'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&{self.socket.fileno()}'
        command = ["bash", "-c", script, "_", BINARY, "serve", "--config", str(self.config_path)]
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=events, env=self.env,
            pass_fds=[self.socket.fileno()],
        )

    def restart(self):
        self.terminate()
        assert self.process.wait(30) == 0
        self.start()
        select.select([self.manager], [], [], 20)
        while select.select([self.manager], [], [], 0)[0]:
            self.told()  # a manager reads: its queue holds ten reports

    def told(self):
        return self.manager.recv(4096).decode()

    def stop(self, *arguments):
        super().stop(*arguments)
        self.socket.close()
        self.manager.close()


class Load(Meanwhile):
    """`callers` that connect, ask once and leave, again and again; `trouble` names what else
    happened."""

    def __init__(self, port, callers=8):
        super().__init__([self._ask] * callers)
        self._address = f"127.0.0.1:{port}"
        self.answered = 0
        self.trouble = []

    def _ask(self):
        while not self.over.is_set():
            try:
                with Caller(self._address) as caller:
                    answer = caller.ask(REQUEST)
            except OSError as error:
                self.trouble.append(repr(error))
                continue
            if answer is not None and answer.status == 200 and answer.is_whole:
                self.answered += 1
            else:
                self.trouble.append(f"no answer: {answer}")


def test_a_restart_refuses_no_connection(sim):
    with Service(sim, drain={"delay": "0s", "timeout": "20s"}) as service:
        restarts = 0
        with Load(service.port) as load:
            while load.answered < CONNECTIONS or restarts < 5:
                time.sleep(0.5)
                service.restart()
                restarts += 1
        assert service.listening == [f"127.0.0.1:{service.port}"]

    unit = f"refused-or-reset-of-{load.answered}-in-{restarts}-restarts"
    figure("R-7", len(load.trouble), unit, "0", not load.trouble)


def test_a_connection_waits_while_nobody_runs(sim):
    with Service(sim) as service:
        service.terminate()
        assert service.process.wait(30) == 0
        with Caller(f"127.0.0.1:{service.port}") as caller:
            caller.sock.sendall(REQUEST)
            service.start()
            assert caller.answer().status == 200


def test_workers_share_an_inherited_socket(sim):
    with Service(sim, workers=2) as service:
        before = cpu_by_thread(service.pid)
        with Load(service.port) as load:
            while load.answered < 2000:
                time.sleep(0.05)
        after = cpu_by_thread(service.pid)
    spent = sorted((after[each] - before[each] for each in before), reverse=True)
    share = spent[1] / max(1, spent[0] + spent[1])
    # Whoever wakes first takes it: not fair, but nobody starves.
    figure("R-7-share", f"{share:.2f}", "of-the-work-by-the-idler", "0.1", share >= 0.1)


def cpu_by_thread(pid):
    """Clock ticks of each of its threads."""
    used = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{task}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
            used[task] = int(fields[11]) + int(fields[12])
    return used


def test_a_manager_is_told_what_happens(sim):
    with Service(sim) as service:
        assert service.told() == "READY=1"
        service.reload()
        assert service.told().startswith("RELOADING=1\nMONOTONIC_USEC=")
        assert service.told() == "READY=1"
        service.terminate()
        assert service.told() == "STOPPING=1"


@pytest.mark.skipif(not shutil.which("systemd-socket-activate"), reason="systemd is not installed")
def test_it_understands_systemd_itself(sim):
    with Service(sim) as service:
        service.stop()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        service.write_table(
            one_route({"east": sim.address("east")}, listen=f"127.0.0.1:{port}")
        )
        command = ["systemd-socket-activate", "-l", f"127.0.0.1:{port}", BINARY, "serve",
                   "--config", str(service.config_path)]
        with open(service.events_path, "wb") as events:
            service.process = subprocess.Popen(command, stderr=events)
        deadline = time.monotonic() + 20
        while "Listening" not in service.events_path.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        # It starts the gateway when the first one connects.
        with Caller(f"127.0.0.1:{port}") as caller:
            assert caller.ask(REQUEST).status == 200
