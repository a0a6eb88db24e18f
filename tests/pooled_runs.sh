#!/bin/sh
# pooled_runs.sh PROGRAM - commands of many runs: two processes on one folder, runs ended by --patience, other
# data under the same name, exit codes of a repeated command, long values, and lists that are refused.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1
iris=$(cd "$(dirname "$0")/../examples" && pwd)/iris.csv
quick="--angles none --no-report"
# value KEY FILE: prints the values of a key of the JSON objects in a file
value() { sed -n "s/.*\"$1\": *\"*\([^\",}]*\).*/\1/p" "$2"; }

# ---- A folder that another process trains in is no failure of its run.
mkdir -p locked
"$program" sweep --data "$iris" --rule bp,dfa --epochs 1 --out locked $quick --quiet >/dev/null 2>&1 ||
    complain "sweep fails"
rm locked/rule-dfa-seed-1/result.json
if command -v python3 >/dev/null; then
    cat >hold.py <<'PYTHON'
import fcntl, subprocess, sys
lock = open("locked/rule-dfa-seed-1/lock", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
sys.exit(subprocess.run(sys.argv[1:]).returncode)
PYTHON
    expect 4 "trains in this folder" python3 hold.py "$program" sweep --data "$iris" --rule bp,dfa \
        --epochs 1 --out locked $quick
    [ -f locked/rule-dfa-seed-1/failure.json ] && complain "a locked folder is called a failure"
    expect 0 "" "$program" sweep --data "$iris" --rule bp,dfa --epochs 1 --out locked $quick
    grep -q "failed" out.txt && complain "a run that was locked stays failed"
fi
# A result says more than a failure that an earlier version left.
printf '{"exit_code": 4, "why": "another process trains here"}\n' >locked/rule-bp-seed-1/failure.json
expect 0 "" "$program" collect locked
grep -q "failed" out.txt && complain "a failure hides a result"

# ---- With --patience the best epoch is judged.
expect 0 "" "$program" sweep --data "$iris" --val 0.3 --test-fraction 0.2 --patience 3 --epochs 60 \
    --rule dfa --lr 0.03,0.003 --out patience $quick --json
for rate in 0.03 0.003; do
    result=patience/lr-$rate-seed-1/result.json
    [ -n "$(value best_val_error "$result")" ] || complain "no best epoch in $result"
    grep -F "\"lr\": \"$rate\"" out.txt >row.txt
    awk -v a="$(value mean row.txt)" -v b="$(value best_val_error "$result")" \
        'BEGIN { exit !(a - b < 1e-9 && b - a < 1e-9) }' ||
        complain "lr $rate: not the best epoch: $(cat row.txt)"
done

# ---- Other data under the same name
cp "$iris" table.csv
table="--data table.csv --epochs 1 --rule linear $quick"
expect 0 "" "$program" sweep $table --lr 1e-3,1e-2 --out data
sed 's/^5\./6./' "$iris" >table.csv
expect 3 "were trained or tested on other examples" "$program" sweep $table --lr 1e-3,1e-2,1e-1 --out data
expect 3 "were trained or tested on other examples" "$program" collect data
expect 0 "" "$program" compare --data table.csv --folds 3 --rules bp,linear --epochs 1 --out folds $quick
sed 's/^6\./7./' table.csv >other.csv
expect 0 "" "$program" sweep --data "table.csv; other.csv" --epochs 1 --rule linear --seeds 2 --out two $quick
[ "$(ls -d two/data-* | wc -l)" = 4 ] || complain "two tables with two seeds: $(ls two)"

# ---- The same exit code each time
bad="--data $iris --epochs 2 --rules bp,linear --optimizer sgd --lr 1e5 --seeds 2 --out bad $quick"
for time in first second; do
    expect 5 "diverged" "$program" compare $bad --net "3 x (dense 9, relu), dense C"
done

# ---- Long values are whole in JSON and CSV, and their ends are shown in tables.
long="dense 5, tanh"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do long="$long, dense 5, tanh"; done
expect 0 "" "$program" sweep --data "$iris" --epochs 1 --rule dfa --out long $quick --json \
    --net "$long, dense C; $long, dense 7, dense C"
grep -qF "\"net\": \"$long, dense 7, dense C\"" out.txt || complain "a long net is cut in JSON"
expect 0 "" "$program" collect long --csv
grep -qF "\"$long, dense 7, dense C\"" out.txt || complain "a long net is cut in CSV"
expect 0 "dense 7, dense C" "$program" collect long

# ---- Lists
one="--data $iris --epochs 1 --rule linear $quick"
expect 0 "" "$program" sweep $one --lr 1e-3,1e-2 --lr 0.1 --out last
[ "$(ls -d last/*/ | wc -l)" = 1 ] || complain "a later value does not replace a list: $(ls last)"
expect 2 "expected one number, because the bits do not depend on it" "$program" sweep $one --threads 1,2
expect 2 "--lr names 0.001 twice" "$program" sweep $one --lr 0.001,1e-3
expect 2 "--patience needs a validation set" "$program" sweep $one --patience 2,3 --out never
[ -e never ] && complain "a refused sweep made a folder"
expect 0 "" "$program" sweep $one --lr 0.01001:0.01009:lin:3 --out near
ls near | tr '\n' ' ' | grep -qF "lr-0.01001-seed-1 lr-0.01005-seed-1 lr-0.01009-seed-1" ||
    complain "a narrow range is rounded: $(ls near)"
expect 0 "" "$program" sweep --data "$iris" --init fanin --epochs 1 --rule dfa --out begun $quick
expect 0 "" "$program" sweep --data "$iris" --init "fanin; begun/seed-1/model.safetensors" --epochs 1 \
    --rule dfa --out inits $quick
for command in "sweep --lr 1e-3,1e-2" "compare --seeds 2"; do
    expect 2 "standard input can be read once" sh -c 'cat "$1" | $2 --data -' - "$iris" "$program $command"
done

# ---- LaTeX
awk 'BEGIN { print "a,y"; for (i = 0; i < 40; i++) print i "," i * 1e-7 + 1e-9 * (i % 3) }' >small.csv
expect 0 'times10^{-7}' "$program" compare --data small.csv --test-fraction 0.2 --loss mse \
    --rules bp,linear --seeds 3 --epochs 2 --out small $quick --latex
cp "$iris" 'x^~1.csv'
expect 0 'x\textasciicircum{}\textasciitilde{}1.csv' "$program" sweep --data "x^~1.csv; $iris" --epochs 1 \
    --rule linear --out caret $quick --latex

# ---- The command line overrides the environment.
expect 0 "run,rule" env BACKLESS_JSON=true "$program" curves near/lr-0.01001-seed-1 --csv
expect 0 '"epoch"' env BACKLESS_CSV=true "$program" curves near/lr-0.01001-seed-1 --json
expect 2 "expected one of the two" "$program" curves near/lr-0.01001-seed-1 --csv --json

# ---- reproduce
expect 2 "--list and --check: expected one of the two" "$program" reproduce lillicrap2016 --list \
    --check x.json
expect 2 "no such folder of results" "$program" reproduce --page page.md --out nowhere
[ -e page.md ] && complain "a page of a folder that is not there"

# ---- predict
model=near/lr-0.01001-seed-1
expect 2 "with --proba the columns are called as the classes" "$program" predict --model $model \
    --data "$iris" --output - --proba --label-name X
expect 2 "both columns would be called petal_length" "$program" predict --model $model --data "$iris" \
    --output - --id-column petal_length --label-name petal_length
expect 3 "the option ignore cannot leave it out" "$program" predict --model $model --data "$iris" --output - \
    --ignore petal_width

[ "$failures" = 0 ] && echo "pooled_runs: all as expected"
exit "$failures"
