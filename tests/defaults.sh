#!/bin/sh
# defaults.sh PROGRAM - `train --data FILE` alone: it learns, prints its choices, writes them into
# config.json, and uses a label column of numbers with fractions as regression targets; a run that has hardly
# trained prints a note.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1

awk 'BEGIN { print "a,b,c,kind"
    for (i = 0; i < 300; i++) { k = i % 3; a = (i * 37 % 101) / 101; b = (i * 53 % 97) / 97
        printf "%.4f,%.4f,%.4f,%s\n", a + (k == 1), b + (k == 2), a * b,
            k == 0 ? "red" : k == 1 ? "green" : "blue" } }' >kinds.csv
expect 0 "by default: net, epochs, batch, optimizer, lr, schedule, loss, init, feedback" \
    "$program" train --data kinds.csv --test-fraction 0.25 --out run
grep -q '"net": "dense 100, tanh, dense 100, tanh, dense 3"' run/config.json ||
    complain "config.json lacks the net"
grep -q '"batch": "16"' run/config.json || complain "config.json lacks the batch"
grep -q '"hardly_trained": false' run/result.json || complain "a run that learned is called hardly trained"
error=$(sed -n 's/.*"test_error": \([0-9.]*\).*/\1/p' run/result.json)
awk "BEGIN { exit !(${error:-1} < 0.05) }" || complain "test error ${error:-none}, expected below 0.05"
"$program" train --data kinds.csv --test-fraction 0.25 2>&1 | grep "hardly trained" &&
    complain "a good run is called hardly trained"

# Passing the chosen defaults explicitly gives the same weights.
hash=$(sed -n 's/.*"weights_hash": "\(.*\)".*/\1/p' run/result.json)
expect 0 "weights $hash" "$program" train --config run/config.json --out again

# Options that the user sets are kept; the default rate depends on the optimiser.
expect 0 "2 epochs of 19 steps, batch 16, sgd, lr 0.1, schedule cosine" \
    "$program" train --data kinds.csv --optimizer sgd --epochs 2 --batch 16
expect 0 "hardly trained: after 20 steps" "$program" train --data kinds.csv --optimizer "rmsprop" --lr 1e-4 \
    --epochs 2 --out short
grep -q '"hardly_trained": true' short/result.json ||
    complain "result.json does not tell that the run has hardly trained"
# With some wrong labels the loss stays far above 0; that is no sign of too few steps.
awk 'BEGIN {
    print "a,b,kind";
    for (i = 0; i < 320; i++) {
        a = i * 7 % 23; print a "," i * 5 % 13 "," ((a > 11) != (i % 15 == 0) ? "x" : "y")
    } }' >noisy.csv
expect 0 "stopped by epochs" "$program" train --data noisy.csv --batch 16 --epochs 10
grep "hardly trained" out.txt && complain "a run that learned what there was is called hardly trained"
expect 0 "dfa: hardly trained" "$program" compare --data kinds.csv --rules dfa --epochs 1 --lr 1e-6

# A label column of numbers with fractions is a regression target.
awk 'BEGIN { print "a,b,price"
    for (i = 0; i < 300; i++) {
        a = (i * 37 % 101) / 101; b = (i * 53 % 97) / 97;
        printf "%.4f,%.4f,%.3f\n", a, b, 100 + 20 * a - 9 * b
    } }' \
    >prices.csv
expect 0 "loss mse" "$program" train --data prices.csv --test-fraction 0.25 --out price
r2=$(sed -n 's/.*"test_r2": \([0-9.]*\).*/\1/p' price/result.json)
awk "BEGIN { exit !(${r2:-0} > 0.95) }" || complain "r2 ${r2:-none}, expected above 0.95"
expect 3 "expected whole numbers or words" "$program" train --data prices.csv --target class
expect 3 "expected whole numbers or words" "$program" train --data prices.csv --loss ce
expect 0 "loss mse" "$program" train --data prices.csv --label price --target number --epochs 1
# A single fraction among whole numbers is an error in that row; whole numbers are classes.
awk -F, -v OFS=, 'NR > 1 { $4 = NR % 3 } { print }' kinds.csv >whole.csv
expect 0 "3 classes" "$program" train --data whole.csv --epochs 1
sed '5s/,[0-9]*$/,1.5/' whole.csv >slip.csv
expect 3 "label 1.5, expected whole numbers or words" "$program" train --data slip.csv

[ "$failures" = 0 ] && echo "defaults: all as expected"
exit "$failures"
