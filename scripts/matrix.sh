#!/bin/sh
# matrix.sh [NAME...]: builds and tests the configurations that people have and `make test` does not show: without
# each optional part in turn, without all of them, with clang, and as distributions build. Warnings are errors.
# NAME: some of those that `matrix.sh --list` prints; default: all.
set -u
cd "$(dirname "$0")/.." || exit 1

# What a build is configured with, by its name. The parts are those that cmake/options.cmake lists.
parts=$(sed -n 's/^ *"\([A-Z]*\)|.*/\1/p' cmake/options.cmake | grep -vx TESTS)
names="without-all clang as-packaged"
for part in $parts; do
    names="$names without-$(echo "$part" | tr '[:upper:]' '[:lower:]')"
done
flags_of() {
    case $1 in
    without-all) for part in $parts; do printf ' -DBACKLESS_%s=OFF' "$part"; done ;;
    clang) echo " -DCMAKE_C_COMPILER=clang" ;;
    as-packaged) echo " -DBACKLESS_SHARED_PROGRAM=ON -DCMAKE_INSTALL_PREFIX=/usr" ;;
    *) echo " -DBACKLESS_$(echo "${1#without-}" | tr '[:lower:]' '[:upper:]')=OFF" ;;
    esac
}

if [ "${1-}" = --list ]; then
    echo "$names" | tr ' ' '\n'
    exit 0
fi

# Of these tests each configuration is asked: without-all and clang all but those that ask nothing of a build; the
# others those that a part or the linking could break, and only what these need is built.
jobs=$(nproc 2>/dev/null || echo 2)
alike='^(check_header|check_readme|check_golden|check_floors.*|example_00.*)$'
near='test_backend test_bits test_build_parts test_gemm test_images test_run'
near_scripts='check_symbols|cli|completion|doctor|install|manual'

configure() {
    # shellcheck disable=SC2046
    cmake --preset default -B "$folder" -DBACKLESS_TESTS=ON -DCMAKE_COMPILE_WARNING_AS_ERROR=ON $(flags_of "$1")
}

# build NAME: configured, built and tested; what it says is in its folder.
build() {
    folder=build-matrix/$1
    mkdir -p "$folder"
    case $1 in
    without-all | clang)
        configure "$1" && cmake --build "$folder" && ctest --test-dir "$folder" -j "$jobs" --output-on-failure -LE slow -E "$alike"
        ;;
    *)
        # shellcheck disable=SC2086
        configure "$1" && cmake --build "$folder" --target backless backless_shared backless_static \
            backless_pages broken_backless $near &&
            ctest --test-dir "$folder" -j "$jobs" --output-on-failure -R "^($(echo "$near" | tr ' ' '|')|$near_scripts)\$"
        ;;
    esac >"$folder/log" 2>&1
}

# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- $names
failures=0
for name in "$@"; do
    case " $names " in
    *" $name "*) ;;
    *) echo "matrix: no configuration $name; --list shows them" >&2 && exit 2 ;;
    esac
    if [ "$name" = clang ] && ! command -v clang >/dev/null 2>&1; then
        echo "matrix: $name: left out, it is not installed"
        continue
    fi
    began=$(date +%s)
    verdict=ok
    build "$name" || verdict=FAILED
    printf 'matrix: %-18s %-6s %4d s  %s\n' "$name" $verdict $(($(date +%s) - began)) \
        "$(grep -E 'tests passed, [0-9]+ tests? failed out of' "build-matrix/$name/log")"
    [ $verdict = ok ] || { failures=$((failures + 1)) && tail -n 40 "build-matrix/$name/log"; }
done
[ "$failures" = 0 ] || exit 1
