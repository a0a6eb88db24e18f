#!/bin/sh
# matrix.sh [NAME...]: builds and tests configurations that `make test` does not cover: without each optional
# part in turn, without all of them, with clang, and as distributions build: on the shared library, and twice
# from different folders, which must give the same files. Warnings are errors. NAME: one that
# `matrix.sh --list` prints; default: all of them. The configuration lto runs only if it is named, because
# each program that is linked to the static library then compiles the whole library again, which takes minutes
# in the test `install` alone.
set -u
cd "$(dirname "$0")/.." || exit 1

# The flags of a configuration, by its name. The parts are those that cmake/options.cmake lists.
parts=$(sed -n 's/^ *"\([A-Z]*\)|.*/\1/p' cmake/options.cmake | grep -vx TESTS)
names="without-all clang as-packaged reproducible"
for part in $parts; do
    names="$names without-$(echo "$part" | tr '[:upper:]' '[:lower:]')"
done
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

# The tests of a configuration: for without-all and clang all tests except those that do not depend on the
# build (alike); for the others those that an optional part or the linking could break (near), and only their
# targets are built.
jobs=$(nproc 2>/dev/null || echo 2)
alike='^(check_header|check_readme|check_golden|check_floors.*|check_lists.*|check_names|example_00.*)$'
near='test_backend test_bits test_build_parts test_fixed_bits test_gemm test_hashes test_pictures test_run'
near_scripts='check_symbols|cli|completion|doctor|install|manual'

configure() {
    # shellcheck disable=SC2046
    cmake --preset default -B "$folder" -DBACKLESS_TESTS=ON -DCMAKE_COMPILE_WARNING_AS_ERROR=ON \
        $(flags_of "$1")
}

# sums TREE BUILD: checksums of the files that a user installs from TREE, built in BUILD. Built without a
# compiler cache, which would return object files of the other build.
sums() {
    CCACHE_DISABLE=1 cmake -S "$1" -G Ninja -B "$2" -DCMAKE_BUILD_TYPE=Release -DBACKLESS_TESTS=OFF >&2 &&
        CCACHE_DISABLE=1 cmake --build "$2" --target backless backless_shared backless_static backless_pages \
        >&2 &&
        (cd "$2" && sha256sum backless libbackless.so libbackless.a pages/*)
}

# Whether this tree and a copy of it with a longer path give the same files.
reproduce() {
    copy=$folder/a-copy-in-a-folder-with-a-longer-name
    rm -rf "$folder/build" "$copy"
    mkdir -p "$copy"
    tar --exclude='./build*' --exclude=./runs --exclude=./.git -cf - . | tar -C "$copy" -xf - &&
        sums . "$folder/build" >"$folder/sums" && sums "$copy" "$copy/build" >"$copy/sums" &&
        diff "$folder/sums" "$copy/sums"
}

# build NAME: configures, builds and tests a configuration; the output is in its folder.
build() {
    folder=build-matrix/$1 scripts=$near_scripts
    mkdir -p "$folder"
    # doctor.sh needs --wrap, but link-time optimisation inlines the calls that the linker would replace.
    [ "$1" = lto ] && scripts=$(echo "$near_scripts" | sed 's/|doctor//')
    case $1 in
    reproducible) reproduce ;;
    without-all | clang)
        configure "$1" && cmake --build "$folder" &&
            ctest --test-dir "$folder" -j "$jobs" --output-on-failure -LE slow -E "$alike"
        ;;
    *)
        # shellcheck disable=SC2086
        configure "$1" && cmake --build "$folder" --target backless backless_shared backless_static \
            backless_pages broken_backless $near &&
            ctest --test-dir "$folder" -j "$jobs" \
            --output-on-failure -R "^($(echo "$near" | tr ' ' '|')|$scripts)\$"
        ;;
    esac >"$folder/log" 2>&1
}

# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- $names
failures=0
for name in "$@"; do
    case " $names lto " in
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
