#!/bin/sh
# python_package.sh PROGRAM - the Python package as pip installs it: pip builds a wheel from this tree and
# installs it into a virtual environment, where the tests in python/tests run.
#
# They compare with PROGRAM, which uses another build of the library than the one in the wheel. The tests of
# comparisons run once more with the program in the wheel. pip uses no network: the environment has the
# packages of BACKLESS_PYTHON, and scikit-build-core must be one of them.
set -u
build=$(cd "$(dirname "$1")" && pwd)
tree=$(cd "$(dirname "$0")/.." && pwd)
python=${BACKLESS_PYTHON:-python3}
unset PYTHONPATH BACKLESS_LIBRARY BACKLESS_PROGRAM

skip() {
    echo "SKIP: $1"
    exit 77
}

fail() {
    echo "FAILED: $1"
    exit 1
}

[ -e "$build/libbackless.so" ] || skip "libbackless.so was not built"
if nm -D --undefined-only "$build/libbackless.so" | grep -q -e __asan_init -e __ubsan -e __tsan_init; then
    skip "the library in a wheel has no sanitizer"
fi
for module in numpy pytest pip venv scikit_build_core; do
    "$python" -c "import $module" 2>/dev/null ||
        skip "$python has no module $module: set BACKLESS_PYTHON to a Python that has it"
done
"$python" -c "import ctypes; ctypes.CDLL('$build/libbackless.so')" 2>/dev/null ||
    skip "the library is for another machine"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
env=$folder/env
"$python" -m venv --without-pip "$env" || fail "venv made no environment"
# A file of paths adds the packages of BACKLESS_PYTHON, pip among them, behind those of the environment.
site=$("$env/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$python" -c 'import sys; print(*[path for path in sys.path if path.endswith("-packages")], sep="\n")' \
    >"$site/packages.pth"
pip() {
    command=$1
    shift
    "$env/bin/python" -m pip --disable-pip-version-check "$command" -q --no-index --no-deps "$@"
}
pip wheel --no-build-isolation --wheel-dir "$folder" "$tree" || fail "pip did not build the wheel"
pip install --ignore-installed "$folder"/*.whl || fail "pip did not install the wheel"

# The tests of the command are skipped where the package is not installed: here it must be.
found=$("$env/bin/python" -c 'import backless; print(backless.__file__)') || fail "Python imports no package"
[ "$found" = "$site/backless/__init__.py" ] || fail "Python imports $found, not the package in the wheel"
for file in "$site/backless/bin/backless" "$env/bin/backless"; do
    [ -x "$file" ] || fail "the wheel did not install ${file#"$env/"}"
done

# run_tests ARGUMENTS...: what pytest skips is a line "left out" for the summary of ctest.
run_tests() {
    PYTHONDONTWRITEBYTECODE=1 "$env/bin/python" -m pytest -q -rs -p no:cacheprovider \
        --basetemp="$folder/pytest" "$@" >"$folder/log" 2>&1
    verdict=$?
    sed 's/^SKIPPED \[[0-9]*\] /left out: /' "$folder/log"
    [ $verdict = 0 ] || fail "pytest $*"
}
cd "$tree" || exit 1
BACKLESS_PROGRAM=$build/$(basename "$1") run_tests python/tests
run_tests python/tests/test_compare.py
