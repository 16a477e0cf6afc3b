#!/usr/bin/env python3
"""Spillway beside nginx and HAProxy in one interleaved run, on one core each: CPU per request and per event.

    bench/compare.py [--rounds 7] [--seconds 2] [--connections 32] [--streams 200] [--build build/release]

Everything of Spillway is on (limits, breakers, inspection, usage, access log to a file); the others only relay. The proxies share core 1, one
running load at a time; upstream and load share core 0. CPU comes from /proc/PID/stat, so other work on the machine disturbs times more than
figures; the ratio within a round is what counts, and its median is what is printed.
"""

import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import tempfile
import time

TICK = os.sysconf("SC_CLK_TCK")
UPSTREAM_CORE, PROXY_CORE = "0", "1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def nginx_config(root: pathlib.Path, port: int, upstream: int) -> str:
    return f"""daemon off; master_process off; worker_processes 1; pid {root}/nginx.pid; error_log {root}/nginx.err crit;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000; client_body_buffer_size 64k; tcp_nodelay on;
  upstream up {{ server 127.0.0.1:{upstream}; keepalive 512; keepalive_requests 1000000; }}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }} }}
}}
"""


def haproxy_config(port: int, upstream: int) -> str:
    return f"""global
  nbthread 1
  maxconn 8192
defaults
  mode http
  option http-no-delay
  option http-keep-alive
  http-reuse always
  timeout connect 5s
  timeout client 300s
  timeout server 300s
frontend in
  bind 127.0.0.1:{port}
  default_backend up
backend up
  server one 127.0.0.1:{upstream} pool-max-conn 1024
"""


def spillway_config(root: pathlib.Path, port: int, upstream: int) -> str:
    return json.dumps({
        "listen": f"127.0.0.1:{port}", "admin": {"listen": "127.0.0.1:0"}, "workers": 1,
        "credentials": {"key": {"api_key": "bench-key"}},
        "resources": {"east": {"kind": "azure", "endpoint": f"http://127.0.0.1:{upstream}", "region": "eastus", "geography": "us", "credential": "key"},
                      "west": {"kind": "azure_v1", "endpoint": f"http://127.0.0.1:{upstream}", "region": "westus", "geography": "us", "credential": "key"}},
        "deployments": {"gpt-4o-east": {"resource": "east", "name": "gpt-4o", "tpm": "1000M", "rpm": 60000000},
                        "gpt-4o-west": {"resource": "west", "name": "gpt-4o", "tpm": "1000M", "rpm": 60000000}},
        "routes": {"gpt-4o": {"residency": "us", "tiers": [["gpt-4o-east"], ["gpt-4o-west"]]}},
        "log": {"access": str(root / "access.log"), "level": "warn"}})


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_kib(pid: int) -> int:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


class Bench:
    def __init__(self, build: pathlib.Path, root: pathlib.Path, event_ms: int, events: int):
        self.build, self.root, self.running, self.proxies = build, root, [], {}
        upstream = free_port()
        self.spawn(UPSTREAM_CORE, [build / "bench_upstream", upstream, event_ms, events], upstream)
        for name in ("haproxy", "nginx", "spillway"):
            port = free_port()
            text = {"haproxy": lambda: haproxy_config(port, upstream), "nginx": lambda: nginx_config(root, port, upstream),
                    "spillway": lambda: spillway_config(root, port, upstream)}[name]()
            path = root / f"{name}.conf"
            path.write_text(text)
            command = {"haproxy": ["haproxy", "-db", "-f", path], "nginx": ["nginx", "-c", path, "-p", root],
                       "spillway": [build / "spillway", "serve", "--config", path]}[name]
            self.proxies[name] = (port, self.spawn(PROXY_CORE, command, port))

    def spawn(self, core: str, command: list, port: int) -> int:
        process = subprocess.Popen(["taskset", "-c", core, *map(str, command)],
                                   stdout=subprocess.DEVNULL, stderr=open(self.root / "stderr.log", "ab"))
        self.running.append(process)
        try:
            wait_for(port)
        except SystemExit:
            raise SystemExit(f"{command[0]} did not start: " + (self.root / "stderr.log").read_text())
        return process.pid

    def load(self, name: str, mode: str, connections: int, seconds: float) -> dict:
        port, pid = self.proxies[name]
        before = cpu_seconds(pid)
        out = subprocess.run(["taskset", "-c", UPSTREAM_CORE, str(self.build / "bench_load"), str(port), str(connections), str(seconds), mode],
                             check=True, capture_output=True, timeout=seconds + 60).stdout
        result = json.loads(out)
        if result["errors"]:
            raise SystemExit(f"{name} {mode}: {result['errors']} errors")
        units = result["requests"] if mode == "json" else result["events"]
        result["cpu_us"] = (cpu_seconds(pid) - before) * 1e6 / max(1, units)
        result["rss_kib"] = resident_kib(pid)
        return result

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--seconds", type=float, default=2)
    options.add_argument("--connections", type=int, default=32)
    options.add_argument("--streams", type=int, default=200)
    options.add_argument("--event-ms", type=int, default=20)
    options.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    options.add_argument("--limit", type=float, help="fail when a median ratio to HAProxy is above this")
    chosen = options.parse_args()
    worst = 0.0
    with tempfile.TemporaryDirectory(prefix="spillway-bench-") as directory:
        events = max(1, int(chosen.seconds * 1000 / chosen.event_ms))
        bench = Bench(chosen.build.resolve(), pathlib.Path(directory), chosen.event_ms, events)
        try:
            for mode, load in (("json", chosen.connections), ("sse", chosen.streams)):
                # A stream lasts `seconds`: asking for less than that makes each connection run exactly one.
                seconds = chosen.seconds if mode == "json" else chosen.seconds / 2
                rounds = []
                for number in range(chosen.rounds):
                    rounds.append({name: bench.load(name, mode, load, seconds) for name in bench.proxies})
                    print(f"  {mode} round {number + 1}/{chosen.rounds}: " + "  ".join(
                        f"{name} {r['cpu_us']:.1f}" for name, r in rounds[-1].items()), flush=True)
                unit = "JSON request" if mode == "json" else "SSE event"
                print(f"\nCPU us per {unit} (median of {chosen.rounds} rounds)")
                for name in bench.proxies:
                    cpu = statistics.median(r[name]["cpu_us"] for r in rounds)
                    ratio = statistics.median(r[name]["cpu_us"] / r["haproxy"]["cpu_us"] for r in rounds)
                    p99 = statistics.median(r[name]["p99_us"] for r in rounds)
                    print(f"  {name:9} {cpu:7.2f}   {ratio:5.2f} x HAProxy   p99 {p99:8.0f} us   RSS {rounds[-1][name]['rss_kib']} KiB")
                    worst = max(worst, ratio if name == "spillway" else 0)
                print(flush=True)
        finally:
            bench.stop()
    if chosen.limit and worst > chosen.limit:
        raise SystemExit(f"worst median ratio {worst:.2f} is above {chosen.limit}")


if __name__ == "__main__":
    main()
