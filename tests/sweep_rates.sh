#!/bin/sh
# sweep_rates.sh PROGRAM - rates with exponents have one spelling, 1e-5, in names of folders, tables, notes
# and messages.
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

# ---- Notes and messages
expect 0 "lr 1e-5, of rates from 1e-6 to 1e-5" "$program" compare --data table.csv --rules bp --seeds 1 \
    --epochs 2 --tune lr --rates 1e-6,1e-5 --out tuned
expect 2 "from 1e-6 to 1000" "$program" train --data table.csv --clip-norm -1
expect 0 "lambda     1e-5 of weights" "$program" train --data table.csv --rule kp --epochs 1 --out kp
grep -q '"lambda": "1e-5"' kp/config.json || complain "config.json writes lambda in another way"
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
