#!/bin/sh
# check_golden.sh PROGRAM - the golden files are those that tests/golden/make_golden.py computes. Needs
# Python with NumPy ($BACKLESS_PYTHON, else python3); the program is not used.
set -eu
python=${BACKLESS_PYTHON:-python3}
if ! "$python" -c 'import numpy' 2>/dev/null; then
    echo "SKIP: $python has no NumPy"
    exit 77
fi
exec "$python" "$(dirname "$0")/golden/make_golden.py" --check
