#!/usr/bin/env bash
# Builds Spillway and shows it working on this machine, without any Azure account: the simulator plays two
# regions, the gateway stands in front of them.
#
#   ./deploy/quickstart.sh           runs until Ctrl-C and prints what to try
#   ./deploy/quickstart.sh --once    sends a chat, a tool call, a stream and an embedding through the real
#                                    openai SDK, takes the primary away in mid-run, shows the failover, ends
#
# A fresh Debian 12 needs nothing else (as root it installs what is missing).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
    "" | --once) ;;
    -h | --help)
        sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    *)
        echo "quickstart: unknown option '$1' (--once)" >&2
        exit 2
        ;;
esac

step() { printf '\n== %s\n' "$1" >&2; }

step "1/3 packages"
deploy/dependencies.sh build

step "2/3 build (the first time takes some minutes on two cores)"
cmake --preset release -DBUILD_TESTING=OFF >build-quickstart.log 2>&1 ||
    { cat build-quickstart.log >&2; exit 1; }
rm -f build-quickstart.log
cmake --build build/release --target spillway spillway-sim >&2

step "3/3 the openai SDK"
tests/environment.sh python

exec build/venv/bin/python deploy/quickstart/run.py "$@"
