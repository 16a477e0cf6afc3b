#!/usr/bin/env bash
# Runs clang-tidy over src/. Usage: clang_tidy.sh <folder with compile_commands.json> [regex of files]
# About 4 s for a file without Asio, 12 s for one with it: the whole takes minutes, so it is a step of
# tests/run.sh and not a ctest. While working, name the files: clang_tidy.sh build/clang net/stream
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec run-clang-tidy-16 -quiet -p "${1:?folder with compile_commands.json}" -j "$(nproc)" \
    "^$PWD/src/.*${2:-}.*\.cpp$"
