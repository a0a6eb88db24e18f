#!/bin/sh
# sweep.sh PROGRAM - backless sweep and collect: lists and ranges, the table, what is refused, failures,
# kills, parts, and the bits of a run.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
unset BACKLESS_THREADS BACKLESS_DATA
rows=240
is_sanitized && rows=120
LC_ALL=C awk -v rows=$rows 'BEGIN {
    print "a,b,c,kind"
    for (i = 0; i < rows; i++)
        printf "%.3f,%.3f,%.3f,%s\n", (i * 37 % 101) / 100 + i % 3, (i * 53 % 97) / 100 - i % 3,
            (i * 71 % 89) / 100,
            i % 3 == 0 ? "x" : i % 3 == 1 ? "y" : "z"
}' >table.csv
sweep() { "$program" sweep --data table.csv --test-fraction 0.25 --epochs 4 "$@"; }
collect() { "$program" collect "$@"; }
value() { sed -n "s/^ *\"$2\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$1"; }

# ---- Lists and ranges
expect 0 "" sweep --rule dfa,bp --lr 1e-3:1e-1:log --seeds 2 --out grid --jobs 2
[ "$(ls grid | grep -c seed)" = 12 ] || complain "two rules at three rates with two seeds are not 12 runs"
for name in rule-bp-lr-0.001-seed-1 rule-dfa-lr-0.01-seed-2 rule-dfa-lr-0.1-seed-1; do
    [ -f grid/$name/result.json ] || complain "there is no run grid/$name"
done
expect 0 "test set" sweep --rule dfa,bp --lr 1e-3:1e-1:log --seeds 2 --out grid
grep -q "to do" out.txt && complain "a finished sweep runs again"
at_once() { sed -n 's/^runs .* to do, \([0-9]*\) at once.*/\1/p' out.txt; }
expect 0 "" sweep --batch 4:32:log:4 --lr 0.001:0.01:lin:2 --out ranges
width=$(at_once)
expect 0 "at once with 1 thread each" sweep --batch 4:32:log:4 --lr 0.001:0.01:lin:2 --threads 1 \
    --out one_thread
[ "$(at_once)" = "$width" ] || complain "with --threads 1 other cores than one are idle"
expect 0 "1 at once with 2 threads each" sweep --lr 0.001,0.01 --threads 2 --jobs 1 --out two_threads
for name in batch-4-lr-0.001-seed-1 batch-8-lr-0.01-seed-1 batch-16-lr-0.01-seed-1 batch-32-lr-0.01-seed-1; do
    [ -f ranges/$name/result.json ] || complain "there is no run ranges/$name"
done
expect 0 "dense 6, tanh, dense C" sweep --net "dense C; dense 6, tanh, dense C" --out folders/that/are/new
# Values that differ only in the number of blanks are settings of their own.
expect 0 "" sweep --optimizer "sgd;sgd momentum 0.9;sgd  momentum 0.9" --out spelled
[ "$(ls spelled | grep -c seed)" = 3 ] || complain "three spellings are not three runs"
expect 0 "" sweep --lr 1e-4:1e-1:log --rule dfa,bp,fa --random 5 --out drawn
[ "$(ls drawn | grep -c seed)" = 5 ] || complain "--random 5 is not 5 runs"
expect 0 "" sweep --lr 1e-4:1e-1:log --rule dfa,bp,fa --random 6 --out drawn
[ "$(ls drawn | grep -c seed)" = 6 ] || complain "--random 6 does not begin with the settings of --random 5"
expect 0 "precision  bf16-dense" sweep --precision float32,bf16,bf16-dense --out precisions
[ "$(grep -c '^precision  bf16' out.txt)" = 2 ] || complain "not one line for each precision: $(cat out.txt)"
expect 0 "precision  bf16" sweep --precision bf16 --lr 1e-3,1e-2 --out precision
[ "$(grep -c '^precision  bf16' out.txt)" = 1 ] || complain "not one line for one precision: $(cat out.txt)"

# ---- What is refused
expect 2 "no rule \"bo\"" sweep --rule dfa,bo --out none
expect 2 "expected A:B:log" sweep --lr 1e-2:1e-4:log --out none
expect 2 "expected A:B:log" sweep --lr 1e-4:1e-2:lin --out none
expect 2 "names 0.1 twice" sweep --lr 0.1,0.1 --out none
expect 2 "write --seeds N" sweep --seed 1,2 --out none
expect 2 "--random draws from lists" sweep --random 3 --out none
expect 2 "--shard is \"3/2\"" sweep --lr 0.1,0.2 --shard 3/2 --out none
expect 2 "--json and --csv" sweep --lr 0.1,0.2 --json --csv --out none
expect 2 "--epochs 0 trains nothing" "$program" sweep --data table.csv --lr 0.1,0.2 --epochs 0 --out none
expect 2 "--epochs 0 trains nothing" "$program" sweep --data table.csv --epochs 0,2 --out none
expect 2 "--epochs 0 trains nothing" "$program" compare --data table.csv --rules bp --seeds 2 --epochs 0 \
    --out none
expect 2 "--rate" sweep --rate 0.1,0.2 --out none
expect 2 "--epochs is 4 there and 5 here" sweep --rule dfa,bp --lr 1e-3:1e-1:log --epochs 5 --out grid
expect 3 "nowhere" "$program" sweep --data nowhere.csv --lr 0.1,0.2 --out none
expect 2 "no folder is given; usage:" collect
expect 3 "plan.json" collect nowhere
expect 4 "table.csv is a file, expected a folder" sweep --lr 0.1,0.2 --out table.csv/none
[ ! -e none ] || complain "a refusal made a folder"

# ---- A run of a sweep has the bits of the same run by train
"$program" train --data table.csv --test-fraction 0.25 --epochs 4 --rule dfa --lr 0.01 --seed 2 --out single \
    --quiet ||
    complain "train fails"
[ "$(value single/result.json weights_hash)" \
    = "$(value grid/rule-dfa-lr-0.01-seed-2/result.json weights_hash)" ] ||
    complain "a run of a sweep has other weights than the same backless train"

# ---- The table lists the best setting first; all output formats have the same settings in the same order
collect grid --csv --quiet >grid.csv
[ "$(head -n 1 grid.csv)" = "rule,lr,figure,mean,deviation,done,runs,diverged,failed" ] ||
    complain "the head of the CSV"
[ "$(tail -n +2 grid.csv | cut -d, -f4)" = "$(tail -n +2 grid.csv | cut -d, -f4 | sort -g)" ] ||
    complain "not best first"
awk -F, -v a="$(value grid/rule-bp-lr-0.01-seed-1/result.json test_error)" \
    -v b="$(value grid/rule-bp-lr-0.01-seed-2/result.json test_error)" \
    '$1 == "bp" && $2 == "0.01" { d = $4 - (a + b) / 2; e = $5 * $5 - (a - b) * (a - b) / 2
        found = d * d < 1e-20 && e * e < 1e-20 }
    END { exit !found }' grid.csv || complain "the mean or the deviation is not that of the two runs"
settings=$(tail -n +2 grid.csv | cut -d, -f1,2)
[ "$(collect grid --markdown --quiet | tail -n +3 | awk '{ print $2 "," $4 }')" = "$settings" ] ||
    complain "Markdown has other rows"
[ "$(collect grid --latex --quiet | grep '\\pm' | awk '{ print $1 "," $3 }')" = "$settings" ] ||
    complain "LaTeX has other rows"
[ "$(collect grid --quiet | tail -n +2 | awk '{ print $1 "," $2 }')" = "$settings" ] ||
    complain "the text has other rows"
[ "$(collect grid --json --quiet | sed 's/^{"rule": "\([a-z]*\)", "lr": "\([0-9.]*\)".*/\1,\2/')" \
    = "$settings" ] ||
    complain "JSON has other rows"
[ "$(collect grid --json --quiet | head -n 1 | tr ' ' '\n' | grep -c weights_hash)" = 2 ] ||
    complain "JSON has not both runs"

# ---- With a validation set, its error orders the table
expect 0 "val error" sweep --lr 0.001,0.01 --val 0.2 --out validated

# ---- A run that diverges is kept, shown and not repeated, and the others are trained
cat >wild.csv <<END
a,y
1,1e30
2,-1e30
3,2e30
4,-2e30
END
wild() {
    "$program" sweep --data wild.csv --target number --optimizer sgd --schedule constant --lr 1e-12,1e6 \
        --loss mse --epochs 9 --net "dense 4, relu, dense 4, relu, dense 1" --rule bp --out wild "$@"
}
expect 5 "1 of 2 runs are done" wild
[ -f wild/lr-1e-12-seed-1/result.json ] || complain "a run beside one that diverges is not done"
[ -f wild/lr-1e6-seed-1/failure.json ] || complain "a run that diverged leaves no failure.json"
grep -q "^diverged .*lr-1e6-seed-1: diverged at step" out.txt ||
    complain "nothing is said of the run that diverged"
[ "$(grep '^1e6 ' out.txt | awk '{ print $2 $3 }')" = diverged0/1 ] ||
    complain "the table does not show what diverged"
expect 5 "diverged" wild # the same code again, although the run is not repeated
grep -q "to do" out.txt && complain "a run that diverged is repeated"
expect 5 "0 of 2 runs are done" wild --lr 1e5,1e6 --out wilder
grep -q "ordered by" out.txt && complain "settings without a result are said to be ordered"
expect 2 "failed" sweep --memory normal,low --rule bp --out refused
grep -q "low .*failed" out.txt || complain "the table does not show what failed"

# ---- --shard: the parts of several machines, and collect over all of them
expect 0 "" sweep --rule dfa,bp --lr 1e-3:1e-1:log --seeds 2 --shard 1/2 --out part1
expect 0 "" sweep --rule dfa,bp --lr 1e-3:1e-1:log --seeds 2 --shard 2/2 --out part2
[ "$(ls part1 | grep -c seed)" = 6 ] && [ "$(ls part2 | grep -c seed)" = 6 ] ||
    complain "a half of 12 runs is not 6"
collect part1 part2 --csv --quiet >parts.csv
cmp -s parts.csv grid.csv || complain "two parts together are not the whole sweep"
expect 2 "other options" collect grid validated
sed -i 's/"weights_hash": "./"weights_hash": "x/' part1/rule-dfa-lr-0.001-seed-1/result.json
expect 3 "other weights" collect grid part1

# ---- A run that was killed between its last checkpoint and its result
collect grid --csv --quiet >grid.csv
rm grid/rule-dfa-lr-0.01-seed-2/result.json
sweep --rule dfa,bp --lr 1e-3:1e-1:log --seeds 2 --out grid >out.txt 2>&1 ||
    complain "a run without its result is not trained"
collect grid --csv --quiet | cmp -s - grid.csv ||
    complain "a run that lost its result ends with another table"

# ---- After kill -9 and after SIGTERM, the same command continues and ends with an equal table
long="--rule dfa,bp --lr 1e-3,1e-2 --seeds 2 --epochs 40 --jobs 2"
# shellcheck disable=SC2086
sweep $long --out whole --csv --quiet >whole.csv || complain "cannot sweep 40 epochs"
if command -v setsid >/dev/null; then
    # shellcheck disable=SC2086
    setsid "$program" sweep --data table.csv --test-fraction 0.25 $long --out killed >/dev/null 2>&1 &
    pid=$!
    while [ "$(ls killed/*/result.json 2>/dev/null | wc -l)" -lt 2 ] && kill -0 $pid 2>/dev/null; do
        sleep 0.02
    done
    kill_group $pid
    [ "$(ls killed/*/result.json | wc -l)" -lt 8 ] || complain "the sweep was over before it was killed"
    collect killed >out.txt 2>&1 || complain "a sweep that was killed is not shown"
    grep -q "of 8 runs" out.txt || complain "nothing is said of the runs that are missing"
    # shellcheck disable=SC2086
    sweep $long --out killed --csv --quiet >killed.csv || complain "a sweep that was killed does not go on"
    cmp -s killed.csv whole.csv || complain "a sweep that was killed ends with another table"
else
    echo "left out: a sweep that is killed, because there is no setsid"
fi
# shellcheck disable=SC2086
"$program" sweep --data table.csv --test-fraction 0.25 $long --out asked >out.txt 2>&1 &
pid=$!
while [ "$(ls asked/*/result.json 2>/dev/null | wc -l)" -lt 2 ] && kill -0 $pid 2>/dev/null; do
    sleep 0.02
done
kill -TERM $pid
wait $pid
[ $? = 75 ] || complain "asked to stop: not exit 75"
grep -q "^rule  *lr" out.txt || complain "asked to stop: what is done is not shown"
grep -q "the same command continues" out.txt || complain "asked to stop: nothing is said of the rest"
# shellcheck disable=SC2086
sweep $long --out asked --csv --quiet >asked.csv || complain "a sweep that was stopped does not go on"
cmp -s asked.csv whole.csv || complain "a sweep that was stopped ends with another table"

# ---- SIGTERM to the process of one run: it is named, and the other runs go on
"$program" sweep --data table.csv --test-fraction 0.25 --lr 0.001,0.01 --epochs 100000 --jobs 1 --threads 1 \
    --out one >out.txt 2>&1 &
pid=$!
wait_for_run() {
    while [ ! -s "one/lr-$1-seed-1/log.jsonl" ] && kill -0 $pid 2>/dev/null; do sleep 0.02; done
}
wait_for_run 0.001
child=$(cat /proc/$pid/task/$pid/children 2>/dev/null)
if [ -n "$child" ]; then
    kill -TERM "${child% }"
    wait_for_run 0.01
    grep -q "lr-0.001-seed-1: its process was asked to stop.* the same command continues it" out.txt ||
        complain "nothing is said of a run whose process was asked to stop"
else
    echo "left out: a run whose process is asked to stop, because /proc does not list child processes"
fi
kill -TERM $pid
wait $pid
[ $? = 75 ] || complain "a sweep with a run that was asked to stop: not exit 75"
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
