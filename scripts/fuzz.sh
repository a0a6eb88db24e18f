#!/bin/sh
# fuzz.sh SECONDS [TARGET...]: builds the fuzz targets with clang and runs each for so long, from the corpus in the tree; then
# says how much was executed. New inputs go to build-fuzz/found/TARGET, findings to build-fuzz/findings. Fails on a finding.
set -eu
seconds=$1
shift
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz
[ $# -gt 0 ] || set -- $(ls tests/fuzz/corpus)
mkdir -p build-fuzz/findings
code=0
for target in "$@"; do
    mkdir -p "build-fuzz/found/$target"
    log=build-fuzz/$target.log
    build-fuzz/fuzz_"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -artifact_prefix="build-fuzz/findings/$target-" -print_final_stats=1 "build-fuzz/found/$target" \
        "tests/fuzz/corpus/$target" >"$log" 2>&1 || code=1
    printf '%-10s %12s executions %8s a second, %s edges%s\n' "$target" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
        "$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")" \
        "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)" \
        "$(grep -q 'SUMMARY\|ERROR' "$log" && echo ', A FINDING: '"$log")"
done
rm -rf /dev/shm/backless-fuzz-* /tmp/backless-fuzz-*
exit $code
