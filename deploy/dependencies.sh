#!/usr/bin/env bash
# Installs what Spillway needs from the distribution (Debian 12 or later), as root; without root it
# prints the command to run. Already there: nothing happens, no network is used.
#
#   deploy/dependencies.sh [build] [test] [package] [bench]      (default: build test)
#   deploy/dependencies.sh --list [group...]           print the packages and exit
set -euo pipefail

# Debian 12's plain libboost-dev is 1.74, which lacks what we use of Asio.
boost=libboost-dev
if grep -q '^VERSION_ID="12"' /etc/os-release; then boost=libboost1.81-dev; fi

build=(g++ cmake ninja-build ccache ca-certificates curl dpkg-dev file git openssl procps python3 python3-venv
    "$boost" libssl-dev libsimdjson-dev nlohmann-json3-dev libyaml-cpp-dev libsqlite3-dev prometheus-cpp-dev
    libcli11-dev libgtest-dev libgmock-dev)
test=(clang-16 clang-tidy-16 clang-format-16 libclang-rt-16-dev pyflakes3 shellcheck iproute2 nftables
    chromium fonts-dejavu-core)
# What tests/packages.sh installs packages, boots and builds images with.
package=(buildah lintian mandoc mmdebstrap systemd systemd-container util-linux zsh fish)
bench=(nginx-light haproxy libbenchmark-dev)
# A command that may have come from elsewhere than the package that Debian has it in.
declare -A test_commands=([node]=nodejs [npm]=npm [promtool]=prometheus [sqlite3]=sqlite3)

list_only=no
if [[ ${1:-} == --list ]]; then
    list_only=yes
    shift
fi
groups=("$@")
[[ ${#groups[@]} -gt 0 ]] || groups=(build test)

wanted=()
for group in "${groups[@]}"; do
    case $group in
        build) wanted+=("${build[@]}") ;;
        test)
            wanted+=("${test[@]}")
            for command in "${!test_commands[@]}"; do
                command -v "$command" >/dev/null || wanted+=("${test_commands[$command]}")
            done
            ;;
        package) wanted+=("${package[@]}") ;;
        bench) wanted+=("${bench[@]}") ;;
        *)
            echo "dependencies: unknown group '$group' (build, test, package, bench)" >&2
            exit 2
            ;;
    esac
done

if [[ $list_only == yes ]]; then
    printf '%s\n' "${wanted[@]}"
    exit 0
fi

missing=()
for package in "${wanted[@]}"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
        missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $(id -u) != 0 ]]; then
    echo "dependencies: missing packages; as root run:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

echo "dependencies: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
