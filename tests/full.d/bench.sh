#!/usr/bin/env bash
# CPU per request and per event beside nginx and HAProxy. Shows figures; what they should be is the
# business of whoever reads them, because other work on the machine moves them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
deploy/dependencies.sh bench
cmake --preset release -DSPILLWAY_BENCH=ON >/dev/null
cmake --build --preset release --target spillway bench_upstream bench_load
bench/compare.py
