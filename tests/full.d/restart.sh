#!/usr/bin/env bash
# R-7 at its full size: 50,000 connections while a service manager restarts the gateway.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cmake --preset release >/dev/null
cmake --build --preset release --target spillway spillway-sim
SPILLWAY_CONNECTIONS=50000 build/venv/bin/pytest -s \
    tests/e2e/test_restart.py::test_a_restart_refuses_no_connection
