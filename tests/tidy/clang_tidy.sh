#!/usr/bin/env bash
# Runs clang-tidy over src/. Usage: clang_tidy.sh <build folder with compile_commands.json>
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec run-clang-tidy-16 -quiet -p "${1:?build folder}" -j "$(nproc)" "^$PWD/src/.*\.cpp$"
