#!/usr/bin/env bash
# Runs the tests; the last line says `N passed, N failed`, and the exit status whether all is well.
#
#   tests/run.sh                 everything the CI runs: unit tests under ASan+UBSan, the release
#                                end to end, what is shipped, clang-tidy on the lower layers
#   tests/run.sh --quick         the release's unit and end-to-end tests
#   tests/run.sh --full          all that, TSan, clang, all of clang-tidy, fuzzing, and the scripts in
#                                tests/full.d/
#   tests/run.sh --only STEP...  some of: release unit e2e quickstart packages asan e2e-asan tsan
#                                lint-core clang lint fuzz full
#
# Each step has a bound of time and a log in build/results/. FUZZ_SECONDS: search time per target.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

steps=(release e2e quickstart asan e2e-asan packages lint-core)
declare -A bound=([dependencies]=900 [release]=1800 [unit]=1800 [e2e]=1800 [quickstart]=1200
    [packages]=1800 [asan]=2400 [e2e-asan]=1200 [tsan]=1200 [clang]=1800 [lint-core]=900 [lint]=3600 [fuzz]=7200
    [full]=14400)
fuzz_seconds=${FUZZ_SECONDS:-60}
jobs=$(nproc)
results=build/results
passed=0
failed=0

case ${1:-} in
    '' | --inside) ;;
    --quick) steps=(unit e2e) ;;
    --full)
        steps+=(unit tsan clang lint fuzz full)
        ;;
    --only)
        steps=("${@:2}")
        for step in "${steps[@]}"; do
            [[ -n ${bound[$step]:-} ]] || { echo "run.sh: no step '$step'" >&2 && exit 2; }
        done
        ;;
    *)
        sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac

build() {
    cmake --preset "$1" >/dev/null
    cmake --build --preset "$1" -- -j "$jobs" "${@:2}"
}

# run_ctest STEP PRESET [TARGET...]
run_ctest() {
    build "${@:2}"
    ctest --preset "$2" -j "$jobs" --output-junit "$PWD/$results/$1.xml"
}

step_dependencies() { deploy/dependencies.sh build test; }
step_release() { build release spillway spillway-sim; }
step_unit() { run_ctest unit release; }
step_asan() { run_ctest asan asan; }
step_tsan() { run_ctest tsan tsan thread_tests; }
# The second compiler builds the programs; what they do is tested with the first one's.
step_clang() { build clang spillway spillway-sim; }

step_e2e() {
    build release spillway spillway-sim
    tests/environment.sh
    rm -f "$results/figures.txt"
    SPILLWAY_FIGURES=$PWD/$results/figures.txt \
        build/venv/bin/pytest tests/e2e --junit-xml="$results/e2e.xml"
}

# The README's first command.
step_quickstart() { ./deploy/quickstart.sh --once; }

# What is shipped: package, image, chart, manifests.
step_packages() { tests/packages.sh --junit-xml="$PWD/$results/packages.xml"; }

# The tests that drive every path of a request, against the sanitized gateway.
step_e2e-asan() {
    build asan spillway
    build release spillway-sim
    tests/environment.sh
    SPILLWAY_BIN=$PWD/build/asan/spillway SPILLWAY_SLOW=4 SPILLWAY_ALLOW_CORE_DUMPS=1 build/venv/bin/pytest \
        tests/e2e/test_{truncation,verbatim,abort,drain,caller_protocol,status_table}.py \
        --junit-xml="$results/e2e-asan.xml"
}

step_fuzz() {
    build fuzz
    tests/fuzz/run.sh "$fuzz_seconds"
}

step_lint() {
    cmake --preset clang >/dev/null
    tests/tidy/clang_tidy.sh build/clang
}

# What everything else stands on, and what is read in a minute and a half; the whole takes half an hour.
step_lint-core() {
    cmake --preset clang >/dev/null
    tests/tidy/clang_tidy.sh build/clang '(base|policy|wire)/'
}

step_full() {
    local script status=0
    for script in tests/full.d/*.sh; do
        echo "== $script"
        "$script" || status=1
    done
    return $status
}

if [[ ${1:-} == --inside ]]; then
    fuzz_seconds=$3
    "step_$2"
    exit
fi

# Runs one step in a process of its own, under its bound, and adds its tests to the sum. A step that
# fails without a failed test (it did not build, it took too long) counts as one failure.
run_step() {
    local step=$1 started=$SECONDS status=0 step_passed=0 step_failed=0
    printf '[%5d s] %-12s ' "$SECONDS" "$step"
    timeout --kill-after=10 "${bound[$step]}" "$BASH" "$0" --inside "$step" "$fuzz_seconds" \
        >"$results/$step.log" 2>&1 &
    running=$!
    wait "$running" || status=$?
    running=
    if [[ -f $results/$step.xml ]]; then
        read -r step_passed step_failed < <(python3 tests/tally.py "$results/$step.xml")
    fi
    if [[ $status != 0 && $step_failed == 0 ]]; then step_failed=1; fi
    passed=$((passed + step_passed))
    failed=$((failed + step_failed))
    echo "$((SECONDS - started)) s, $step_passed passed, $step_failed failed"
    if [[ $status != 0 ]]; then
        [[ $status != 124 ]] || echo "  stopped after ${bound[$step]} s"
        echo "  the end of $results/$step.log:"
        tail -n 60 "$results/$step.log" | cut -c 1-160 | sed 's/^/  | /'
    fi
    return $status
}

# timeout has put the step into a process group of its own and passes the signal on to all of it.
running=
trap '[[ -z $running ]] || kill "$running"; exit 130' INT TERM

mkdir -p "$results"
rm -f "$results"/*.xml
if run_step dependencies; then
    for step in "${steps[@]}"; do
        run_step "$step" || true
    done
fi
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
