#!/bin/sh
# resume_0_1_0.sh PROGRAM - run folders that version 0.1.0 left after two epochs (tests/runs_0_1_0) are resumed, and reach the
# weights that 0.1.0 itself reached from them, to the bit: every rule, dense and convolutional nets, each optimiser.
here=$(cd "$(dirname "$0")" && pwd)/runs_0_1_0
. "$(dirname "$0")/shell/expect.sh"
tar -xzf "$here/runs.tar.gz" || complain "runs.tar.gz cannot be unpacked"
hash_of() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json" 2>/dev/null; }

# resume NAME DATA: to epoch 4, as 0.1.0 did
resume() {
    "$program" train --resume "$1" --data "$2" --epochs 4 --quiet --threads "${3:-1}" >out.txt 2>&1 ||
        { complain "$1 is not resumed"; cat out.txt; }
}

runs=0
while read -r name data hash; do
    resume "$name" "$data"
    [ "$(hash_of "$name")" = "$hash" ] || complain "$name: weights $(hash_of "$name"), expected $hash as by 0.1.0"
    runs=$((runs + 1))
done <"$here/resumed.txt"
[ $runs = 77 ] || complain "$runs runs, expected 77"

# ---- control: one more epoch, and another rule's folder, give other weights
mkdir control
tar -xzf "$here/runs.tar.gz" -C control
cp words.csv control
cd control || exit 1
"$program" train --resume dfa-rmsprop --epochs 5 --quiet >/dev/null 2>&1
grep -q "$(hash_of dfa-rmsprop)" "$here/resumed.txt" && complain "a fifth epoch changes no weight: the test sees nothing"

[ $failures = 0 ] && echo "$runs runs of 0.1.0 resumed to its bits"
exit $((failures > 0))
