#!/bin/sh
# check_compilers.sh - the portable operations give the same bits with every compiler and at every level of
# optimisation, in all variants that this processor runs; their hash is recorded below. An intended change of
# an operation's bits changes the results of every seed, and this hash.
set -eu
expected=245373b5bd50f6f7
cd "$(dirname "$0")/.."
portable=src/backend/portable
out=$(mktemp -d "${TMPDIR:-/tmp}/backless-bits-XXXXXX")
trap 'rm -rf "$out"' EXIT
failures=0
builds=0

variants="plain:1"
machine=
case $(uname -m) in
x86_64 | amd64)
    variants="plain:1 avx2:8:-mavx2:-mfma
        avx512:16:-mavx2:-mfma:-mavx512f:-mavx512dq:-mavx512bw:-mavx512vl
        avx512bf16:16:-mavx2:-mfma:-mavx512f:-mavx512dq:-mavx512bw:-mavx512vl:-mavx512bf16"
    machine=-DPORTABLE_HAS_X86
    ;;
aarch64 | arm64)
    variants="plain:1 neon:4"
    machine=-DPORTABLE_HAS_NEON
    ;;
esac

jobs=$(nproc 2>/dev/null || echo 2)
flags="-std=c17 -ffp-contract=off -fno-math-errno -D_POSIX_C_SOURCE=200809L -Iinclude"

# commands COMPILER FLAG...: one command line for each object, as arguments of env.
commands() {
    for variant in $variants; do
        name=${variant%%:*}
        rest=${variant#*:}
        for source in "$portable"/kernel_*.c; do
            echo "$*" "$flags -DKERNEL_VARIANT=$name -DVEC_WIDTH=$(echo "$rest" | tr ':' ' ')" \
                "-c $source -o $out/$(basename "$source" .c)_$name.o"
        done
    done
}

# build COMPILER FLAG...: the program $out/bits, as src/backend/backend.cmake builds the library.
build() {
    rm -f "$out"/*.o
    commands "$@" | xargs -P "$jobs" -L 1 env
    # shellcheck disable=SC2086
    "$@" $flags $machine tests/bits_program.c "$portable/portable.c" "$out"/*.o -lm -o "$out/bits"
}

# check LABEL COMMAND...: one line for each hash that the command prints.
check() {
    label=$1
    shift
    "$@" >"$out/hashes" || failures=$((failures + 1))
    while read -r name hash; do
        verdict=same
        if [ "$hash" != "$expected" ]; then
            verdict="DIFFERENT, expected $expected"
            failures=$((failures + 1))
        fi
        printf '%-22s %-10s %s %s\n' "$label" "$name" "$hash" "$verdict"
    done <"$out/hashes"
}

for line in "gcc -O0" "gcc -O3" "gcc -O2 -march=native" "clang -O0" "clang -O2" "clang -O3 -march=native"; do
    if ! command -v "${line%% *}" >/dev/null 2>&1; then
        echo "left out: $line, ${line%% *} is not installed"
        continue
    fi
    # shellcheck disable=SC2086
    build $line
    check "$line" "$out/bits"
    builds=$((builds + 1))
done

if [ "$builds" = 0 ]; then
    echo "SKIP: neither gcc nor clang is installed"
    exit 77
fi
[ "$failures" = 0 ] || exit 1
