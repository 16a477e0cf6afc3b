#!/usr/bin/env bash
# Formats all C++ in place, or with --check fails when that would change anything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

case ${1:-} in
    '') options=(-i) ;;
    --check) options=(--dry-run -Werror) ;;
    *)
        echo "usage: format.sh [--check]" >&2
        exit 2
        ;;
esac
find include src tests \( -name '*.hpp' -o -name '*.cpp' \) -print0 |
    xargs -0 clang-format-16 "${options[@]}"
