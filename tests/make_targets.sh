#!/bin/sh
# make_targets.sh PROGRAM - `make build` and `make install` install no packages: the commands that they would
# run call neither scripts/deps.sh nor apt. `make demo` does, which shows that the check can fail.
set -u
cd "$(dirname "$0")/.." || exit 1
command -v make >/dev/null 2>&1 || { echo "SKIP: make is not installed" && exit 77; }

calls_apt() { make -n "$@" | grep -E 'scripts/deps\.sh|apt(-get)? '; }
if calls_apt build install PREFIX=/usr uninstall clean; then
    echo "FAILED: make build or make install would install packages"
    exit 1
fi
calls_apt demo >/dev/null || { echo "FAILED: make demo no longer calls scripts/deps.sh" && exit 1; }
echo "make build and make install call no apt"
