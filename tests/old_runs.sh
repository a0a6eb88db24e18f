#!/bin/sh
# old_runs.sh PROGRAM - runs that version 0.1.0 stopped after two epochs (old_runs/) go on to the bits that it reached after
# four: adfa whose slope is not named, kp and decay with the optimiser's "decay", sgd with a momentum that is never used.
old=$(cd "$(dirname "$0")" && pwd)/old_runs
. "$(dirname "$0")/shell/expect.sh"

hash_of() { sed -n 's/.*"weights_hash": *"\([0-9a-f]*\)".*/\1/p' "$1/result.json"; }

while read -r name hash; do
    cp -r "$old/$name" "$name"
    expect 0 "stopped by epochs" "$program" train --resume "$name" --data "$old/table.csv" --epochs 4 --threads 1
    [ "$(hash_of "$name")" = "$hash" ] || complain "$name: weights $(hash_of "$name"), 0.1.0 had $hash"
done <"$old/hashes"
grep -q optimizer.momentum "$old/sgd/model.safetensors" || complain "the old file holds no momentum: nothing is tried"
grep -q optimizer.momentum sgd/model.safetensors && complain "sgd without momentum saves one"

# the control: another slope is another run
cp -r "$old/adfa" other
sed -i 's/"options": *{/&"slope": "cos a",/' other/config.json
expect 3 slope "$program" train --resume other --data "$old/table.csv" --epochs 4
[ "$failures" = 0 ] && echo "old runs: as expected"
exit "$failures"
