#!/bin/sh
# lint.sh FILE...: include rules (check_source_layers.py), names (check_names.py), layout (clang-format, and
# 110 columns in all text files), cppcheck and clang-tidy; fails on the first finding. A tool that is not
# installed is named and skipped.
set -eu

run_if_there() {
    if command -v "$1" >/dev/null 2>&1; then
        echo "lint: $1" >&2
        "$@"
    else
        echo "lint: $1 is not installed: left out" >&2
    fi
}

library=
for file in "$@"; do
    case $file in
    src/*.c | cli/*.c) library="$library $file" ;;
    esac
done

python3 tests/check_source_layers.py
python3 tests/check_names.py --self-test
# Lines of all text files: clang-format does not break comments and strings, and formats C only. Left out
# are Markdown; tables and other recorded data (cases.txt, hashes.txt, resumed.txt, iris.csv, the fuzz
# corpus); and the style sheets and the script of reports, which are embedded in every report as they are.
if LC_ALL=C.UTF-8 grep -rnIE --exclude='*.md' --exclude=cases.txt --exclude=hashes.txt --exclude=resumed.txt \
    --exclude=iris.csv --exclude-dir=corpus --exclude=report.css --exclude=report.js \
    --exclude=chart.css --exclude=explain.css \
    '^.{111,}' .ci bench cli cmake debian examples include python scripts src tests \
    Makefile CMakeLists.txt CMakePresets.json pyproject.toml; then
    echo "lint: these lines are longer than 110 columns" >&2
    exit 1
fi
run_if_there clang-format --dry-run -Werror "$@"
# cppcheck does not read system headers, so the macro of jansson.h is defined here.
# shellcheck disable=SC2086
run_if_there cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem --suppress=invalidPointerCast --error-exitcode=1 \
    '-Djson_array_foreach(array,i,value)=while (next_element(array, &i, &value))' \
    -D_POSIX_C_SOURCE=200809L -Iinclude $library

# clang-tidy needs the compiler flags of each file, which a configured build has.
cmake --preset default --log-level=WARNING >/dev/null
# One file at a time on each processor; xargs fails if one of them does.
if command -v clang-tidy >/dev/null 2>&1; then
    echo "lint: clang-tidy" >&2
    # shellcheck disable=SC2086
    printf '%s\n' $library | xargs -n 1 -P "$(nproc)" clang-tidy --quiet -p build
else
    echo "lint: clang-tidy is not installed: left out" >&2
fi
