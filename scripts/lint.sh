#!/bin/sh
# lint.sh FILE...: include rules (check_floors.py), names (check_names.py), layout (clang-format, 110
# columns), cppcheck and clang-tidy; fails on the first finding. A tool that is not installed is named and
# skipped.
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
python3 tests/check_names.py --self-test
# clang-format leaves comments and strings as long as they are.
if LC_ALL=C.UTF-8 grep -nE '^.{111,}' "$@"; then
    echo "lint: these lines are longer than 110 columns" >&2
    exit 1
fi
run_if_there clang-format --dry-run -Werror "$@"
# cppcheck does not read system headers, so it is told what the macro of jansson.h is.
# shellcheck disable=SC2086
run_if_there cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem --suppress=invalidPointerCast --error-exitcode=1 \
    '-Djson_array_foreach(array,i,value)=while (next_element(array, &i, &value))' \
    -D_POSIX_C_SOURCE=200809L -Iinclude $library

# clang-tidy wants each file's own flags: a configured build has them.
cmake --preset default --log-level=WARNING >/dev/null
# shellcheck disable=SC2086
run_if_there clang-tidy --quiet -p build $library
