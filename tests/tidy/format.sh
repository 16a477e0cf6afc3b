#!/usr/bin/env bash
# Formats all C++ in place, or with --check fails when that would change anything. Versions of clang-format disagree, so only
# Debian 12's counts; where there is none, a check is skipped (exit status 77).
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
if ! command -v clang-format-16 >/dev/null; then
    echo "there is no clang-format-16" >&2
    exit 77
fi
find include src tests \( -name '*.hpp' -o -name '*.cpp' \) -print0 |
    xargs -0 clang-format-16 "${options[@]}"
