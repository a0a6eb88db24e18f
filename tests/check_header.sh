#!/bin/sh
# check_header.sh - each public header compiles by itself as C17, C++11 and C++17 without a warning, and each
# example compiles too.
set -eu
cd "$(dirname "$0")/.."
flags="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Iinclude -fsyntax-only"

headers="backless.h backless_rule.h"
for header in $headers; do
    # shellcheck disable=SC2086
    echo "#include \"$header\"" | "${CC:-cc}" -std=c17 $flags -x c -
done
for example in examples/*.c; do
    # shellcheck disable=SC2086
    "${CC:-cc}" -std=c17 $flags -x c "$example"
done
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
