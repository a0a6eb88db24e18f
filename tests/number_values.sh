#!/bin/sh
# number_values.sh PROGRAM - whole numbers with leading zeros are the same values as without: what an option
# of 0 refuses or omits, 00 does too.
. "$(dirname "$0")/shell/expect.sh"
unset BACKLESS_THREADS BACKLESS_DATA
LC_ALL=C awk 'BEGIN {
    print "a,b,007"
    for (i = 0; i < 60; i++)
        printf "%.3f,%.3f,%s\n", (i * 37 % 101) / 100 + i % 3, (i * 53 % 97) / 100, i % 3 ? "x" : "y"
}' >table.csv
for epochs in 0 00 000; do
    expect 2 "--epochs 0 trains nothing" "$program" sweep --data table.csv --lr 0.1,0.2 --epochs $epochs \
        --out no
    expect 2 "--epochs 0 trains nothing" "$program" sweep --data table.csv --epochs $epochs,2 --out no
    expect 2 "--epochs 0 trains nothing" "$program" compare --data table.csv --rules bp --seeds 2 \
        --epochs $epochs --out no
done
[ ! -e no ] || complain "a refusal made a folder"
expect 2 "--patience needs a validation set" "$program" train --data table.csv --patience 2 --val 00
expect 0 "" "$program" train --data table.csv --patience 00 --epochs 01 --out run
grep -q '"epochs": "1"' run/config.json && grep -q '"patience": "0"' run/config.json ||
    { complain "config.json keeps zeros"; grep 'epochs\|patience' run/config.json; }

# Without patience a rate is chosen by the last epoch, and a seed that equals another is no choice of its own.
expect 0 "" "$program" train --data table.csv --rule bp --epochs 1 --val 00 --split-seed 2
grep -q "split-seed has no effect" out.txt || complain "--val 00 is taken for a validation set"
expect 0 "" "$program" train --data table.csv --rule bp --epochs 1 --seed 7 --feedback-seed 07
grep -q "has no effect" out.txt && { complain "--feedback-seed 07 is another seed than 7"; cat out.txt; }
expect 0 "" "$program" train --data table.csv --preset nokland2016 --batch 064 --epochs 1 \
    --net "dense 4, tanh, dense C" --loss ce
grep -q "with other values for:.*batch" out.txt &&
    { complain "--batch 064 is not the preset's 64"; cat out.txt; }

# Names of columns keep their zeros: 7 would be the number of a column that does not exist.
expect 0 "2 classes" "$program" train --data table.csv --label 007 --epochs 1
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
