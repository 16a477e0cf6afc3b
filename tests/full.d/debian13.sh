#!/usr/bin/env bash
# The tree on Debian 13, whose compiler and libraries are years newer: builds without a warning, passes the unit tests
# and the quickstart. In a root of its own below build/, which is kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
deploy/dependencies.sh package

root=$PWD/build/debian13
jobs=${SPILLWAY_JOBS:-$(nproc)}
if [[ ! -d $root ]]; then
    mmdebstrap --quiet --variant=minbase --include=ca-certificates --dpkgopt=force-unsafe-io trixie "$root.new"
    mv "$root.new" "$root"
fi
mkdir -p "$root/src"
find "$root/src" -mindepth 1 -maxdepth 1 ! -name build -exec rm -r {} +  # what the tree no longer has
git ls-files -z | tar --create --null --files-from=- | tar --extract --directory="$root/src"

# No private network: apt, and the SDK of the quickstart. This machine's authorities, since a proxy of its own may stand before
# the package index.
authorities=/etc/ssl/certs/ca-certificates.crt
inside() {
    systemd-nspawn --quiet --register=no --keep-unit --directory="$root" --chdir=/src \
        --bind-ro="$authorities" --setenv=PIP_CERT="$authorities" --setenv=DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}
inside apt-get update -qq
inside deploy/dependencies.sh build
inside cmake --preset release
inside cmake --build --preset release -- -j "$jobs"
inside ctest --preset release -j "$jobs"
inside deploy/quickstart.sh --once
