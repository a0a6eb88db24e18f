#!/bin/sh
# check_header.sh - each public header compiles by itself as C17, C++11 and C++17 without a warning, and each
# example compiles too. backless.h declares the experimental functions if BL_EXPERIMENTAL is defined, and only
# then; the header of these functions declares them without it.
set -eu
cd "$(dirname "$0")/.."
flags="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Iinclude -fsyntax-only"

headers="backless.h backless_experimental.h backless_rule.h backless_types.h"
for header in $headers; do
    # shellcheck disable=SC2086
    echo "#include \"$header\"" | "${CC:-cc}" -std=c17 $flags -x c -
done
for example in examples/*.c; do
    # shellcheck disable=SC2086
    "${CC:-cc}" -std=c17 $flags -x c "$example"
done
# has_clock HEADER FLAG...: a program that includes HEADER can call an experimental function.
has_clock() {
    header=$1
    shift
    # shellcheck disable=SC2086
    printf '#include "%s"\nvoid (*clock)(bl_trainer *, int) = bl_trainer_clock;\n' "$header" |
        "${CC:-cc}" -std=c17 $flags "$@" -x c - 2>/dev/null
}
has_clock backless_experimental.h && has_clock backless_experimental.h -DBL_EXPERIMENTAL &&
    has_clock backless.h -DBL_EXPERIMENTAL || {
    echo "bl_trainer_clock is not declared: backless_experimental.h, or backless.h with BL_EXPERIMENTAL"
    exit 1
}
if has_clock backless.h; then
    echo "backless.h declares experimental functions without BL_EXPERIMENTAL"
    exit 1
fi
if ! command -v "${CXX:-c++}" >/dev/null 2>&1; then
    echo "SKIP: no C++ compiler here"
    exit 77
fi
for standard in c++11 c++17; do
    for header in $headers; do
        # shellcheck disable=SC2086
        echo "#include \"$header\"" | "${CXX:-c++}" -std=$standard $flags -x c++ -
    done
    for example in examples/*.c; do
        # shellcheck disable=SC2086
        "${CXX:-c++}" -std=$standard $flags -x c++ "$example"
    done
done
echo "$headers and the examples: fine as C17, as C++11 and as C++17"
