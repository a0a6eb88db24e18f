#!/bin/sh
# check_torch.sh PROGRAM - nets with residuals, layer norm and subsampling, and resnet20a, compute what
# PyTorch computes in float64, and resnet20 trains as PyTorch's modules do (tests/torch). Needs
# $BACKLESS_PEERS_PYTHON, a Python with PyTorch; the second part needs $BACKLESS_TEST_CIFAR, a folder with
# cifar-10-batches-bin. Of the program only the folder is used, for the library in it.
set -eu
skip() {
    echo "SKIP: $1"
    exit 77
}
library=$(dirname "$1")/libbackless.so
scripts=$(dirname "$0")/torch
python=${BACKLESS_PEERS_PYTHON-}
[ -n "$python" ] || skip "BACKLESS_PEERS_PYTHON names no Python with PyTorch"
"$python" -c "import numpy, torch" 2>/dev/null || skip "$python has no PyTorch"
if nm -D --undefined-only "$library" | grep -q -e __asan_init -e __ubsan; then
    skip "Python cannot load a library with a sanitizer"
fi
export BACKLESS_LIBRARY="$library"
"$python" -B "$scripts/check_residual.py"
cifar=${BACKLESS_TEST_CIFAR-}/cifar-10-batches-bin
if [ -e "$cifar/data_batch_5.bin" ]; then
    "$python" -B "$scripts/check_resnet20.py" "$cifar"
else
    echo "left out: the losses of resnet20, because BACKLESS_TEST_CIFAR names no folder with \
cifar-10-batches-bin"
fi
