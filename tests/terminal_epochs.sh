#!/bin/sh
# terminal_epochs.sh PROGRAM - on a terminal not every epoch of a fast run has a line; elsewhere every epoch
# has one.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1
script -qec true /dev/null </dev/null >/dev/null 2>&1 ||
    {
        echo "SKIP: no script(1), which runs a command on a terminal, or no pseudo terminal (/dev/pts)"
        exit 77
    }
awk 'BEGIN { print "a,b,kind"
    for (i = 0; i < 100; i++)
        printf "%d,%d,%s\n", i % 20, (i * 7) % 13, (i % 20 > 9 ? "y" : "x") }' >table.csv

# on_terminal ARGUMENTS...: trains on a pseudo terminal; its output is in out.txt, with LF line ends
on_terminal() {
    script -qec "'$program' train --data table.csv --no-angles $*" /dev/null </dev/null 2>&1 |
        tr -d '\r' >out.txt
}
lines() { grep -cE 'epoch [0-9]+/' out.txt; }

on_terminal --epochs 400 --net "'dense 2'"
[ "$(lines)" -lt 100 ] || complain "$(lines) lines of 400 fast epochs"
grep -q "epoch 1/400" out.txt || complain "the first epoch is not shown"
grep -q "epoch 400/400" out.txt || complain "the last epoch is not shown"
told=$(sed -n 's/.*\(^\|[KJ]\)\([0-9]*\) epochs of less than 0.1 s are not shown.*/\2/p' out.txt)
[ "$((told + $(grep -cE '  train .* loss' out.txt)))" = 400 ] ||
    complain "the epochs shown and the $told in the summary are not 400"

# A run that ends earlier shows its last epoch too.
on_terminal --epochs 400 --patience 3 --val 0.3 --net "'dense 2'"
"$program" train --data table.csv --no-angles --epochs 400 --patience 3 --val 0.3 --net "dense 2" --json \
    --quiet >log.txt
last=$(sed -n 's/.*"epoch":\([0-9]*\).*/\1/p' log.txt | tail -n 1)
grep -q "epoch $last/400  train" out.txt || complain "the last epoch, $last, is not shown"

on_terminal --epochs 50 --json --net "'dense 2'"
[ "$(grep -c '"epoch":' out.txt)" = 50 ] || complain "--json does not print all epochs"
"$program" train --data table.csv --no-angles --epochs 400 --net "dense 2" >out.txt 2>&1
[ "$(lines)" = 400 ] || complain "$(lines) lines in a file, expected 400"

# At the end a note says that the model was not saved and no examples were held out.
expect 0 "the model was not kept: --out DIR keeps it; no examples were held out" "$program" train \
    --data table.csv --epochs 1
expect 0 "the model was not kept: --out DIR keeps it" "$program" train --data table.csv --epochs 1 \
    --test-fraction 0.2
grep -q "held out to test on" out.txt && complain "a test set is said to be missing"
expect 0 "stopped by" "$program" train --data table.csv --epochs 1 --out run
grep -q "not kept" out.txt && complain "a model that was kept is said to be lost"
expect 0 "" "$program" train --data table.csv --epochs 1 --quiet
grep -q "not kept" out.txt && complain "--quiet is not quiet"
[ "$failures" = 0 ] && echo "terminal_epochs: as expected"
exit "$failures"
