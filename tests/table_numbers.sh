#!/bin/sh
# table_numbers.sh PROGRAM - numbers in tables are doubles until they are scaled: columns, ids and targets
# that are equal as floats are distinguished, predictions have the digits of their unit, and values that are
# no floats after scaling are refused.
. "$(dirname "$0")/shell/expect.sh"

# One thread, because on a machine that is busy with other tests two threads wait for each other.
export BACKLESS_THREADS=1

# table FILE HEADER FORMAT FIRST...: writes 64 rows of FORMAT with i, FIRST + i and a class that changes in
# the middle
table() {
    awk -v header="$2" -v format="$3\n" -v first="$4" 'BEGIN {
        print header
        for (i = 0; i < 64; i++) printf format, first + i, i < 32 ? "x" : "y"
    }' >"$1"
}

train() {
    file=$1
    shift
    "$program" train --data "$file" --rule bp --lr 0.01 --batch 8 --no-angles "$@"
}

# ---- A column separates the classes although its values are equal as floats

for first in 100 1700000000 1000000000000000; do # the first is the control: floats distinguish its values
    table far.csv t,label "%.0f,%s" $first
    expect 0 '"min":' "$program" data info far.csv --samples 0 --json
    expect 0 "train 0.00 %" train far.csv --net "dense 8, tanh, dense 2" --epochs 200
done
table large.csv t,label "%de300,%s" 1
expect 0 "train 0.00 %" train large.csv --net "dense 8, tanh, dense 2" --epochs 200
table small.csv t,label "%de-300,%s" 1
expect 0 "train 0.00 %" train small.csv --net "dense 8, tanh, dense 2" --epochs 200

# ---- Values that no scale can distinguish, and values that are equal as doubles, are refused and not treated
# as constant

table tiny.csv t,label "%de-320,%s" 1
expect 3 "too close together to be standardised" train tiny.csv --net "dense 2" --epochs 1
awk 'BEGIN {
    print "v,label";
    for (i = 0; i < 8; i++) print (i % 2 ? "9007199254740993,x" : "9007199254740992,y") }' >one.csv
expect 3 'column "v": "9007199254740993" is a whole number beyond 2^53' train one.csv --net "dense 2" \
    --epochs 1
expect 0 "weights" train one.csv --net "dense 2" --epochs 1 --categorical v

# ---- A column of large numbers that count the rows is recognised as ids

for first in 1 16777217 9007199254740992 1234567890123456; do
    awk -v first="$first" 'BEGIN {
        print "CustomerId,a,label"
        for (i = 0; i < 40; i++) printf "%s%02d,%d,%s\n", first, i, i % 7, i % 2 ? "x" : "y"
    }' >ids.csv
    expect 0 'column \"CustomerId\" left out: it numbers the rows' "$program" data info ids.csv --samples 0 \
        --json
done
# Control: one id occurs twice.
awk '{ print }' ids.csv | sed '3s/^[0-9]*/123456789012345600/' >twice.csv
expect 0 '"name":"CustomerId"' "$program" data info twice.csv --samples 0 --json

# ---- Targets

awk 'BEGIN { print "a,y"; for (i = 0; i < 64; i++) printf "%d,%.2f\n", i, 1000000000 + i / 4 }' >y.csv
expect 0 "" train y.csv --label y --loss mse --net "dense 8, tanh, dense 1" --epochs 300 --quiet --out run
expect 0 "rmse" "$program" eval --model run --data y.csv
awk '/rmse/ { exit !($2 + 0 < 3) }' out.txt ||
    { complain "rmse is of targets that were rounded"; cat out.txt; }
expect 0 "ImageId,Label" "$program" predict --model run --data y.csv --output -
[ "$(sed 1d out.txt | sort -u -t, -k2 | wc -l)" -ge 60 ] || { complain "answers were rounded"; cat out.txt; }
awk 'BEGIN { print "a,y"; for (i = 0; i < 64; i++) print i ",1000000000.5" }' >same.csv # the control
expect 3 "all 64 training examples have the same target, 1000000000.5" \
    train same.csv --label y --loss mse --net "dense 1" --epochs 1

# ---- A value of another table that is no float after scaling is refused

table plain.csv t,label "%d,%s" 1
expect 0 "" train plain.csv --net "dense 2" --epochs 1 --quiet --out plain
sed '5s/^[0-9]*/1e200/' plain.csv >far.csv
expect 3 'row 3 (from 0), column "t": 1e+200 is too large for a float when' "$program" predict --model plain \
    --data far.csv --output -
expect 3 'column "t": 1e+200 is too large for a float when' "$program" eval --model plain --data far.csv
expect 3 'column "t": 1e+200 is too large for a float when' train plain.csv --test far.csv \
    --net "dense 2" --epochs 1

[ "$failures" = 0 ] && echo "table_numbers: all as expected"
exit "$failures"
