#!/bin/sh
# sweep_rates.sh PROGRAM - rates with exponents have one spelling, 1e-5, in names of folders, tables, notes
# and messages, and runs in folders of earlier builds, lr-1e-05, are found and continued.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
unset BACKLESS_THREADS BACKLESS_DATA
LC_ALL=C awk 'BEGIN {
    print "a,b,kind"
    for (i = 0; i < 60; i++)
        printf "%.3f,%.3f,%s\n", (i * 37 % 101) / 100 + i % 3, (i * 53 % 97) / 100, i % 3 ? "x" : "y"
}' >table.csv
sweep() { "$program" sweep --data table.csv --epochs 2 --jobs 2 "$@"; }
folders() { (cd "$1" && echo ./*-seed-* | sed 's,\./,,g'); }

# ---- New sweeps: by a range, by a list, and drawn from a range
expect 0 "" sweep --lr 1e-6:1e-4:log --out new
[ "$(folders new)" = "lr-0.0001-seed-1 lr-1e-5-seed-1 lr-1e-6-seed-1" ] ||
    complain "the folders of a range are $(folders new)"
[ "$(grep -c '^1e-[56] ' out.txt)" = 2 ] || { complain "the table of a range has other rates"; cat out.txt; }
expect 0 "" sweep --lr 1e-05,1e-6 --out new
grep -q "to do" out.txt && complain "1e-05 in a list is another value than 1e-5 of the range"
expect 0 "" sweep --lr 1e-8:1e-7:log --random 2 --out drawn
folders drawn | grep -q 'e-0' && complain "drawn values have the names $(folders drawn)"
"$program" collect new --csv --quiet >table.out
grep -q 'e-0' table.out && { complain "the CSV has other rates"; cat table.out; }

# ---- A sweep of an earlier build: its folders and its plan have 1e-05 and 1e-06
old() {
    cp -r new "$1"
    sed 's/"old_name"[^,]*,//; s/1e-\([56]\)/1e-0\1/g' new/plan.json >"$1/plan.json"
    for rate in 5 6; do
        mv "$1/lr-1e-$rate-seed-1" "$1/lr-1e-0$rate-seed-1"
        sed -i "s/1e-$rate/1e-0$rate/" "$1/lr-1e-0$rate-seed-1/config.json"
    done
}
old began
expect 0 "" "$program" collect began
[ "$(grep -c '^1e-[56] .* 1 *$' out.txt)" = 2 ] ||
    { complain "collect finds no runs with old names"; cat out.txt; }
hash() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json"; }
expected=$(hash began/lr-1e-05-seed-1)
rm began/lr-1e-05-seed-1/result.json # as of a run that was killed before its end
expect 0 "1 to do" sweep --lr 1e-6:1e-4:log --out began
[ "$(folders began)" = "lr-0.0001-seed-1 lr-1e-05-seed-1 lr-1e-06-seed-1" ] ||
    complain "an older sweep is continued in $(folders began)"
[ "$(hash began/lr-1e-05-seed-1)" = "$expected" ] || complain "a run with an old name ends with other weights"
expect 0 "" sweep --lr 1e-6:1e-4:log --out began
grep -q "to do" out.txt && complain "an older sweep that is done is trained again"
expect 0 "3 to do" sweep --lr 1e-6:1e-4:log --seeds 2 --out began
[ "$(grep -c '^1e-[56] .* 2 *$' out.txt)" = 2 ] ||
    { complain "runs with old and new names are not one setting"; cat out.txt; }

# Parts of one plan, one of which an earlier build began.
old part
rm -r part/lr-1e-06-seed-1
expect 0 "" sweep --lr 1e-6:1e-4:log --shard 2/3 --out more
expect 0 "" sweep --lr 1e-6:1e-4:log --shard 1/3 --out more
for folders in "part more" "more part"; do
    # shellcheck disable=SC2086
    expect 0 "" "$program" collect $folders
    [ "$(grep -c '^1e-[56] .* 1 *$' out.txt)" = 2 ] ||
        { complain "collect $folders misses runs"; cat out.txt; }
done

# ---- The old name is a path, too
sed 's,"old_name": "lr-1e-05,"old_name": "../lr-1e-05,' began/plan.json >plan.json
cmp -s plan.json began/plan.json && complain "the plan has no old name"
cp plan.json began
expect 3 "is no plan of runs" "$program" collect began

# ---- Notes and messages
expect 0 "lr 1e-5, of rates from 1e-6 to 1e-5" "$program" compare --data table.csv --rules bp --seeds 1 \
    --epochs 2 --tune lr --rates 1e-6,1e-5 --out tuned
expect 2 "from 1e-6 to 1000" "$program" train --data table.csv --clip-norm -1
expect 0 "lambda     1e-5 of weights" "$program" train --data table.csv --rule kp --epochs 1 --out kp
grep -q '"lambda": "1e-5"' kp/config.json || complain "config.json writes lambda in another way"
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
