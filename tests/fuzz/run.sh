#!/usr/bin/env bash
# Lets every fuzz target search for a while, from its committed corpus. Usage: run.sh <seconds each>
# New inputs stay in build/fuzz/found/<unit>; a crashing input is printed with the command to repeat it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:?seconds for each target}

search() {
    local program=$1 seconds=$2 unit found
    unit=$(basename "$program" _fuzz)
    found=build/fuzz/found/$unit
    mkdir -p "$found"
    if "$program" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="$found/" "$found" "tests/fuzz/corpus/$unit" \
        >"$found.log" 2>&1; then
        echo "$unit: $(grep -o 'number_of_executed_units: .*' "$found.log")"
    else
        echo "$unit: FAILED, repeat with: $program $(grep -o "$found/[a-z]*-[0-9a-f]*" "$found.log" |
            head -1)"
        tail -n 40 "$found.log"
        return 1
    fi
}
export -f search

programs=(build/fuzz/*_fuzz)
printf '%s\n' "${programs[@]}" |
    xargs -P "$(nproc)" -I{} bash -c 'search "$1" "$2"' search {} "$seconds"
