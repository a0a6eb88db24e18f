#!/bin/sh
# frozen_checkpoint.sh PROGRAM - a checkpoint contains the optimiser's state of the tensors that learn and of
# no others, and a stopped run continues from it to the same bits. Control: with the rule bp every block
# learns.
. "$(dirname "$0")/shell/expect.sh"
awk 'BEGIN { print "a,b,kind"
    for (i = 0; i < 200; i++)
        printf "%.4f,%.4f,%s\n", sin(7 * i), cos(5 * i),
            (sin(7 * i) * cos(5 * i) > 0 ? "x" : "y") }' >table.csv
holds() { # FOLDER TENSOR
    head -c 6000 "$1/model.safetensors" | tr -d '\000' | grep -aqF "\"optimizer.mean.$2\""
}
weights_of() { # FOLDER
    sed -n 's/.*"weights_hash": "\(.*\)".*/\1/p' "$1/result.json"
}
for rule in frozen bp; do
    run="$program train --data table.csv --rule $rule --epochs 200 --no-angles --quiet"
    expect 0 "" $run --net "dense 8, tanh, dense 2" --out "$rule"
    holds "$rule" 1.dense.weight || complain "$rule: the memory of the output's block is missing"
    $run --net "dense 8, tanh, dense 2" --out "$rule.stopped" >/dev/null 2>&1 &
    pid=$!
    wait_for "$rule.stopped/log.jsonl" $pid
    kill -TERM $pid 2>/dev/null
    wait $pid
    expect 0 "" "$program" train --resume "$rule.stopped" --quiet
    [ -n "$(weights_of "$rule")" ] && [ "$(weights_of "$rule")" = "$(weights_of "$rule.stopped")" ] ||
        complain "$rule: the resumed run has other weights"
done
holds frozen 0.dense.weight && complain "frozen keeps memory of a block that it never steps"
holds bp 0.dense.weight || complain "the control has no memory of the first block"

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "frozen_checkpoint: as expected"
