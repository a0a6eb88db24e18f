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
    as-packaged) echo " -DBACKLESS_SHARED_PROGRAM=ON -DBACKLESS_BENCH=OFF -DCMAKE_INSTALL_PREFIX=/usr" ;;
    *) echo " -DBACKLESS_$(echo "${1#without-}" | tr '[:lower:]' '[:upper:]')=OFF" ;;
    esac
}

if [ "${1-}" = --list ]; then
    printf '%s\n' $names
    exit 0
fi

# These ask nothing of a build.
alike='^(check_compilers|check_header|check_readme|check_golden|check_floors.*|example_00.*)$'

# build NAME: configured, built and tested; what it says is in its folder.
build() {
    folder=build-matrix/$1
    mkdir -p "$folder"
    # shellcheck disable=SC2046
    {
        cmake --preset default -B "$folder" -DBACKLESS_TESTS=ON -DCMAKE_COMPILE_WARNING_AS_ERROR=ON $(flags_of "$1") &&
            cmake --build "$folder" &&
            ctest --test-dir "$folder" --output-on-failure -E "$alike"
    } >"$folder/log" 2>&1
}

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
