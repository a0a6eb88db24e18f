#!/bin/sh
# check_header.sh - the public header stands alone, as C17 and as C++11, without a warning.
set -eu
cd "$(dirname "$0")/.."
flags="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Iinclude -fsyntax-only"

# shellcheck disable=SC2086
echo '#include "backless.h"' | "${CC:-cc}" -std=c17 $flags -x c -
if ! command -v "${CXX:-c++}" >/dev/null 2>&1; then
    echo "SKIP: no C++ compiler here"
    exit 77
fi
# shellcheck disable=SC2086
echo '#include "backless.h"' | "${CXX:-c++}" -std=c++11 $flags -x c++ -
echo "backless.h: fine as C17 and as C++11"
