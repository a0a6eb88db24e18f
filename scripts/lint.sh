#!/bin/sh
# lint.sh FILE...: layout by clang-format, include rules (check_floors.py), cppcheck and clang-tidy; fails on
# the first finding. A tool that is not installed is named and skipped.
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

python3 tests/check_floors.py
run_if_there clang-format --dry-run -Werror "$@"
# shellcheck disable=SC2086
run_if_there cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem --suppress=invalidPointerCast --error-exitcode=1 \
    -D_POSIX_C_SOURCE=200809L -Iinclude $library

# clang-tidy wants each file's own flags: a configured build has them.
cmake --preset default --log-level=WARNING >/dev/null
# shellcheck disable=SC2086
run_if_there clang-tidy --quiet -p build $library
