#!/bin/sh
# fuzz.sh SECONDS [TARGET...]: builds the fuzz targets with clang, runs each for SECONDS from the corpus
# in the tree, one after another, and prints how much was executed. Inputs that reach new code are written to
# build-fuzz/found/TARGET and used in the next run, findings to build-fuzz/findings. Fails on a finding.
set -eu
seconds=$1
shift
cd "$(dirname "$0")/.."
corpus=tests/fuzz/corpus
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz
[ $# -gt 0 ] || set -- $(ls $corpus)
mkdir -p build-fuzz/findings

# settings_of TARGET: libFuzzer's options for a target: its dictionary, and the length of the longest input.
settings_of() {
    words=$1 longest=1024
    case $1 in
    csv) longest=512 ;;
    config | runlog | safetensors) words=json ;;
    npy | arrays | numpy) words=npy ;;
    cifar) words=tar longest=8192 ;;
    svhn) longest=8192 ;;
    picture | folder) words=picture ;;
    model | checkpoint) words=model longest=2048 ;;
    grammar) longest=256 ;;
    number) longest=64 ;;
    esac
    words=tests/fuzz/dictionaries/$words.dict
    [ -e "$words" ] || words=
}

figure() { LC_ALL=C sed -n "s/.*$1: *\([0-9][0-9]*\).*/\1/p" "$log" | tail -n 1; }

code=0
for target in "$@"; do
    settings_of "$target"
    mkdir -p "build-fuzz/found/$target"
    log=build-fuzz/$target.log
    verdict=
    build-fuzz/fuzz_"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=$longest \
        ${words:+-dict="$words"} -use_value_profile=1 -artifact_prefix="build-fuzz/findings/$target-" \
        -print_final_stats=1 "build-fuzz/found/$target" "$corpus/$target" >"$log" 2>&1 &
    fuzzer=$!
    trap 'kill $fuzzer' INT TERM
    wait $fuzzer || code=1 verdict=", A FINDING: $log"
    trap - INT TERM
    rm -rf "/dev/shm/bl-fuzz-$fuzzer-"* "${TMPDIR:-/tmp}/bl-fuzz-$fuzzer-"* # files that remain after a crash
    printf '%-12s %11s executions %7s per second, %5s edges, %4s MB%s\n' "$target" \
        "$(figure stat::number_of_executed_units)" "$(figure stat::average_exec_per_sec)" "$(figure ' cov')" \
        "$(figure stat::peak_rss_mb)" "$verdict"
done
exit $code
