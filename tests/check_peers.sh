#!/bin/sh
# check_peers.sh PROGRAM - the steps in PyTorch and JAX that bench/peers measures compute the same as the
# library's, and one that does not is detected. Needs $BACKLESS_PEERS_PYTHON, a Python with both (`make
# bench-peers` makes one in build/peers); of the program only the folder is used, for the library in it.
set -eu
skip() {
    echo "SKIP: $1"
    exit 77
}
library=$(dirname "$1")/libbackless.so
python=${BACKLESS_PEERS_PYTHON-}
[ -n "$python" ] || skip "BACKLESS_PEERS_PYTHON names no Python with PyTorch and JAX"
for module in torch jax; do
    "$python" -c "import $module" 2>/dev/null || skip "$python has no $module"
done
if nm -D --undefined-only "$library" | grep -q -e __asan_init -e __ubsan; then
    skip "Python cannot load a library with a sanitizer"
fi
export BACKLESS_LIBRARY="$library"
exec "$python" "$(dirname "$0")/../bench/peers/peers.py" --self-test
