#!/bin/sh
# matrix.sh [NAME...]: builds and tests configurations that `make test` does not cover: without each optional
# part in turn, without all of them, with clang, and as distributions build: on the shared library, and twice
# from different folders, which must give the same files. Warnings are errors. NAME: one that
# `matrix.sh --list` prints; default: all of them. Two configurations run at the same time, because each has
# parts that use one core. clang-times runs when the others have ended, on the build of clang. lto runs only
# if it is named, because each program that is linked to the static library then compiles the whole library
# again, which takes minutes in the test `install` alone. MATRIX_UNCACHED=NAME: the configuration that is
# compiled without ccache.
set -u
cd "$(dirname "$0")/.." || exit 1

# The flags of a configuration, by its name; the names of those that take longest come first. The parts are
# those that cmake/options.cmake lists.
parts=$(sed -n 's/^ *"\([A-Z]*\)|.*/\1/p' cmake/options.cmake | grep -vx TESTS)
names="clang reproducible without-all as-packaged"
for part in $parts; do
    names="$names without-$(echo "$part" | tr '[:upper:]' '[:lower:]')"
done
names="$names clang-times"
flags_of() {
    case $1 in
    without-all) for part in $parts; do printf ' -DBACKLESS_%s=OFF' "$part"; done ;;
    clang) echo " -DCMAKE_C_COMPILER=clang" ;;
    lto) echo " -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON" ;;
    as-packaged) echo " -DBACKLESS_SHARED_PROGRAM=ON -DCMAKE_INSTALL_PREFIX=/usr" ;;
    *) echo " -DBACKLESS_$(echo "${1#without-}" | tr '[:lower:]' '[:upper:]')=OFF" ;;
    esac
}

if [ "${1-}" = --list ]; then
    echo "$names" | tr ' ' '\n'
    exit 0
fi

# Each configuration runs the tests whose result it can change, and builds only what they need:
#   clang            the test programs and the tests of linking; everything is compiled
#   clang-times      those that compare times, in the build of clang
#   without-all      those whose source mentions a part (see what_parts_are_for), and the tests of linking
#   one part missing, as-packaged   the tests of linking: the objects are those of other configurations
#   lto              the tests of linking, and those that compare bits, because the kernels are compiled again
# "backless verify" compares the bits of each program with the known ones.
jobs=$(nproc 2>/dev/null || echo 2)
alike='check_(source_layers|golden|header|lists|names|readme|recipes|report) .*_control skipped_tests'
alike="$alike example_00.*"
bits='test_backend test_bits test_fixed_bits test_gemm test_hashes test_run'
linking_programs='test_build_parts test_pictures'
linking_scripts='check_symbols cli completion doctor install manual'
what_parts_are_for='[Pp][Nn][Gg]|[Jj][Pp][Ee]?[Gg]|picture|download|data get'

# any_of NAME...: the regular expression of these tests.
any_of() { echo "^($(echo "$*" | tr ' ' '|'))\$"; }

# names_of FILE...: the names of the tests in these files.
names_of() { printf '%s\n' "$@" | sed 's|.*/||; s|\.[a-z]*$||'; }

# The test programs that compare times: no other test may run beside them.
serial=$(sed -n 's/^set_tests_properties(\(.*\) PROPERTIES RUN_SERIAL TRUE)$/\1/p' tests/CMakeLists.txt)
compare_times=$(echo "$serial" | tr ' ' '\n' | grep '^test_')
if [ -z "$compare_times" ]; then
    echo "matrix: tests/CMakeLists.txt: no test program has RUN_SERIAL" >&2
    exit 2
fi

# programs_about_parts, scripts_about_parts: the tests whose sources mention a part.
programs_about_parts() {
    # shellcheck disable=SC2046
    names_of $(grep -lE "$what_parts_are_for" tests/test_*.c \
        $(grep -l LLVMFuzzerTestOneInput tests/fuzz/fuzz_*.c))
}
scripts_about_parts() {
    # shellcheck disable=SC2046
    names_of $(grep -lE "$what_parts_are_for" tests/*.sh) | grep -vE "$(any_of "$alike")"
}

configure() {
    # shellcheck disable=SC2046
    cmake --preset default -B "$folder" -DBACKLESS_TESTS=ON -DCMAKE_COMPILE_WARNING_AS_ERROR=ON \
        $(flags_of "$1")
}

# sums TREE BUILD: builds TREE in BUILD and prints the checksums of the files that are installed.
sums() {
    cmake -S "$1" -G Ninja -B "$2" -DCMAKE_BUILD_TYPE=Release -DBACKLESS_TESTS=OFF -DBACKLESS_WARNINGS=ON \
        -DCMAKE_COMPILE_WARNING_AS_ERROR=ON >&2 &&
        cmake --build "$2" --target backless backless_shared backless_static backless_pages >&2 &&
        (cd "$2" && sha256sum backless libbackless.so libbackless.a pages/*)
}

# Compares the files built from this tree with those of a copy with a longer path. Objects of this tree may
# come from a compiler cache; those of the copy are compiled.
reproduce() {
    copy=$folder/a-copy-in-a-folder-with-a-longer-name
    rm -rf "$copy"
    mkdir -p "$copy"
    tar --exclude='./build*' --exclude=./runs --exclude=./.git -cf - . | tar -C "$copy" -xf - &&
        sums . "$folder" >"$folder/sums" &&
        CCACHE_DISABLE=1 sums "$copy" "$copy/build" >"$copy/sums" &&
        diff "$folder/sums" "$copy/sums"
}

# build_and_test PROGRAMS SCRIPTS: builds what these tests need, runs them, and compares known bits.
build_and_test() {
    # shellcheck disable=SC2086
    cmake --build "$folder" --target backless backless_shared backless_static backless_pages \
        broken_backless $1 &&
        ctest --test-dir "$folder" -j "$jobs" --output-on-failure \
            -R "$(any_of $1 $2)" &&
        "$folder/backless" verify --quiet
}

# build NAME: configures, builds and tests one configuration. The folders are at the same depth as `build`,
# because a compiler cache identifies files by the relative paths of their headers.
build() {
    case $1 in
    reproducible) reproduce ;;
    clang)
        # shellcheck disable=SC2086
        configure "$1" && cmake --build "$folder" &&
            ctest --test-dir "$folder" -j "$jobs" --output-on-failure -LE slow -E "$(any_of $compare_times)" \
                -R "$(any_of 'test_.*' 'fuzz_.*' null_arguments $linking_scripts)" &&
            "$folder/backless" verify --quiet
        ;;
    without-all)
        configure "$1" &&
            build_and_test "$linking_programs $(programs_about_parts)" \
                "$linking_scripts $(scripts_about_parts)"
        ;;
    clang-times)
        # shellcheck disable=SC2086
        ctest --test-dir build-matrix-clang --output-on-failure -R "$(any_of $compare_times)"
        ;;
    # Without doctor.sh, which replaces functions by the linker option --wrap: link-time optimisation inlines
    # the calls.
    lto)
        configure "$1" &&
            build_and_test "$linking_programs $bits" "$(echo "$linking_scripts" | sed 's/ doctor//')"
        ;;
    *) configure "$1" && build_and_test "$linking_programs" "$linking_scripts" ;;
    esac
}

# report NAME: builds a configuration, with a log in its folder, and prints its line; if it failed, also the
# end of the log, in one piece.
report() {
    folder=build-matrix-$1 began=$(date +%s) verdict=ok closing=
    [ "$1" != "${MATRIX_UNCACHED:-}" ] || export CCACHE_DISABLE=1
    build "$1" >"$folder/log" 2>&1 || verdict=FAILED
    [ $verdict = ok ] || closing=$(echo && tail -n 40 "$folder/log")
    times >"$folder/times" # its second line: the seconds of CPU of all commands, of the user and the system
    printf 'matrix: %-18s %-6s %4d s  %4.0f s of CPU  %s%s\n' "$1" $verdict $(($(date +%s) - began)) \
        "$(awk -F '[ms ]+' 'NR == 2 { print 60 * ($1 + $3) + $2 + $4 }' "$folder/times")" \
        "$(grep -E 'tests passed, [0-9]+ tests? failed out of' "$folder/log")" "$closing"
    [ $verdict = ok ]
}

# This script calls itself so, once for each configuration.
if [ "${1-}" = --one ]; then
    report "$2"
    exit
fi

# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- $names
chosen= times=
for name in "$@"; do
    case " $names lto " in
    *" $name "*) ;;
    *) echo "matrix: no configuration $name; --list shows them" >&2 && exit 2 ;;
    esac
    case $name in
    clang*)
        if ! command -v clang >/dev/null 2>&1; then
            echo "matrix: $name: left out, clang is not installed"
            continue
        fi
        ;;
    esac
    mkdir -p "build-matrix-$name" # now, because `reproduce` copies this folder, which must not change then
    [ "$name" = clang-times ] && times=$name || chosen="$chosen $name"
done
failures=0
# shellcheck disable=SC2086
[ -z "$chosen" ] || printf '%s\n' $chosen | xargs -n 1 -P 2 scripts/matrix.sh --one || failures=1
[ -z "$times" ] || scripts/matrix.sh --one $times || failures=1
exit $failures
