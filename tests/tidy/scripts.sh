#!/usr/bin/env bash
# Reads all shell scripts with shellcheck and all Python with pyflakes; fails when one of them has a
# finding. Where a tool is missing, the check is skipped (exit status 77).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for tool in shellcheck pyflakes3; do
    command -v "$tool" >/dev/null || { echo "there is no $tool" >&2 && exit 77; }
done

folders=(.ci bench config deploy docker tests)
grep -rlZE --max-count=1 '^#!.*\b(bash|sh)$' "${folders[@]}" |
    xargs -0 shellcheck --severity=warning --external-sources
pyflakes3 "${folders[@]}"
