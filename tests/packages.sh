#!/usr/bin/env bash
# Makes the Debian package from the release build and tests everything that is shipped: the package in a booted
# clean Debian, the image, the compose file, the chart, the manifests, the commands of docs/install.md.
# Needs root and no container engine. Arguments go to pytest.
#
#   tests/packages.sh [-k chart]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

deploy/dependencies.sh build package
tests/environment.sh packages
cmake --preset release >/dev/null
rm -f build/release/*.deb
cmake --build --preset release --target deb

# A Debian as small as systemd allows: where the package is installed, and what the image is built from.
# Kept for a day, as long as apt's lists in it are good.
made=build/packages
mkdir -p "$made/package"
rm -f "$made"/package/*.deb
cp build/release/*.deb "$made/package/"
if [[ -z $(find "$made" -maxdepth 1 -name root -mmin -1440) ]]; then
    rm -rf "$made/root" "$made/root.new"
    mmdebstrap --quiet --variant=minbase --include=systemd,ca-certificates --dpkgopt=force-unsafe-io \
        --skip=cleanup/apt/lists bookworm "$made/root.new"
    mv "$made/root.new" "$made/root"
    touch "$made/root"
fi

build/packages-venv/bin/pytest tests/packages "$@"
