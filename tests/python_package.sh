#!/bin/sh
# python_package.sh PROGRAM - the tests of the Python package in python/, on the shared library of this build:
# declarations as in the headers, bits as the program's.
set -u
build=$(cd "$(dirname "$1")" && pwd)
tree=$(cd "$(dirname "$0")/.." && pwd)
python=${BACKLESS_PYTHON:-python3}

[ -e "$build/libbackless.so" ] || { echo "SKIP: libbackless.so was not built" && exit 77; }
if nm -D --undefined-only "$build/libbackless.so" | grep -q -e __asan_init -e __ubsan -e __tsan_init; then
    echo "SKIP: Python has no sanitizer"
    exit 77
fi
"$python" -c 'import numpy, pytest' 2>/dev/null || {
    echo "SKIP: no Python with numpy and pytest: set BACKLESS_PYTHON"
    exit 77
}
"$python" -c "import ctypes; ctypes.CDLL('$build/libbackless.so')" 2>/dev/null || {
    echo "SKIP: the library is for another machine"
    exit 77
}

cd "$tree" || exit 1
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$tree/python BACKLESS_LIBRARY=$build/libbackless.so BACKLESS_PROGRAM=$1 \
    "$python" -m pytest -q -p no:cacheprovider python/tests
