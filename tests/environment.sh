#!/usr/bin/env bash
# Installs what the end-to-end tests and the quickstart need beside Debian's packages: the real SDKs,
# in build/venv (from tests/e2e/requirements.txt) and build/node (from tests/e2e/package.json).
# Does nothing when they are there and their list has not changed.
#
#   tests/environment.sh [python] [node]     (default: both)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# fresh <stamp> <list...>: is the stamp the checksum of the lists?
fresh() {
    [[ -f $1 && $(cat "$1") == "$(cat "${@:2}" | sha256sum)" ]]
}

install_python() {
    local list=tests/e2e/requirements.txt stamp=build/venv/.installed
    fresh "$stamp" "$list" && return
    mkdir -p build
    python3 -m venv --clear build/venv
    build/venv/bin/pip install --quiet --disable-pip-version-check --requirement "$list"
    sha256sum <"$list" >"$stamp"
}

install_node() {
    local lists=(tests/e2e/package.json tests/e2e/package-lock.json) stamp=build/node/.installed
    fresh "$stamp" "${lists[@]}" && return
    mkdir -p build/node
    cp "${lists[@]}" build/node/
    npm ci --prefix build/node --silent --no-audit --no-fund
    cat "${lists[@]}" | sha256sum >"$stamp"
}

parts=("$@")
[[ ${#parts[@]} -gt 0 ]] || parts=(python node)
for part in "${parts[@]}"; do
    case $part in
        python) install_python ;;
        node) install_node ;;
        *)
            echo "environment: unknown part '$part' (python, node)" >&2
            exit 2
            ;;
    esac
done
