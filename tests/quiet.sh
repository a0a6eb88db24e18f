#!/bin/sh
# quiet.sh PROGRAM - --quiet prints errors and results only; resuming a finished run and a run that diverges
# print one line; each command's help lists only its own options.
. "$(dirname "$0")/shell/expect.sh"

awk 'BEGIN {
    print "a,b,class";
    for (i = 0; i < 80; i++) printf "%.4f,%.4f,%s\n", sin(7 * i), cos(5 * i), i % 2 ? "x" : "y" }' >t.csv
net="dense 8, tanh, dense 2"
silent() {
    expect "$@"
    [ ! -s out.txt ] || complain "not quiet: $*: $(cat out.txt)"
}
no_messages() {
    expected=$1
    shift
    "$@" >out.txt 2>err.txt
    [ $? = "$expected" ] || complain "exit, expected $expected: $*: $(cat err.txt)"
    [ ! -s err.txt ] || complain "messages: $*: $(cat err.txt)"
    [ -s out.txt ] || complain "no results: $*"
}

# ---- --quiet prints errors only
silent 0 "" "$program" train --data t.csv --net "$net" --epochs 2 --quiet --out run
silent 0 "" env BACKLESS_QUIET=true "$program" train --data t.csv --net "$net" --epochs 2 --val 0.2 \
    --patience 1
silent 0 "" "$program" train --resume run --quiet
silent 0 "" "$program" train --resume run --epochs 3 --quiet
silent 0 "" "$program" predict --model run --data t.csv --output answers.csv --quiet
silent 0 "" "$program" doctor --quiet
no_messages 0 "$program" train --data t.csv --net "$net" --epochs 2 --quiet --json
[ "$(wc -l <out.txt)" = 2 ] || complain "--json --quiet: not a line an epoch"
no_messages 0 "$program" eval --model run --data t.csv --quiet
no_messages 0 "$program" compare --data t.csv --net "$net" --epochs 1 --rules bp,dfa --quiet
no_messages 0 "$program" data info t.csv --quiet --samples 1
no_messages 0 "$program" data list --quiet
no_messages 0 "$program" info run --quiet
no_messages 0 "$program" rules --quiet
no_messages 0 "$program" manual --quiet
no_messages 0 "$program" completion bash --quiet
no_messages 0 "$program" bench --net "dense 4, tanh, dense 2" --shape 1x1x4 --rules bp --seconds 0.01 --quiet
expect 3 "no such file" "$program" train --data nothing.csv --quiet
expect 2 "no rule" "$program" train --rule xyzzy --quiet
expect 0 "epoch 1/1" "$program" train --data t.csv --net "$net" --epochs 1 # negative control

# ---- resuming a finished run
expect 0 "" "$program" train --data t.csv --net "$net" --epochs 2 --quiet --out two
expect 0 "nothing was trained: the run had ended already, after epoch 2 (by epochs); \
--epochs N with a larger N continues it" \
    "$program" train --resume two
expect 0 "epoch 4/4" "$program" train --resume run --epochs 4
! grep -q "had ended" out.txt || complain "a run that went on had ended"
expect 0 "the run has finished 4 epochs, and the option epochs is 2; --epochs N continues it" \
    "$program" train --resume run
# a run that is stopped after a resume with more epochs: the printed command contains them
"$program" train --resume run --epochs 1000000 >out.txt 2>&1 &
job=$!
until grep -q "^epoch" out.txt; do sleep 0.05; done
kill -TERM $job
wait $job
grep -q "saved, --resume run --epochs 1000000 continues from here" out.txt ||
    complain "how to go on: $(tail -n 1 out.txt)"
expect 0 "" "$program" train --data t.csv --net "$net" --val 0.2 --epochs 500 --patience 2 --quiet \
    --out patient
expect 0 "(by patience); --patience N" "$program" train --resume patient

# ---- a run that diverges: one line, and large figures are printed with few digits
expect 5 "" "$program" train --data t.csv --net "dense 50, relu, dense 50, relu, dense 2" --rule bp \
    --optimizer "sgd momentum 0.9" --lr 1e4 --epochs 20
grep "^backless:" out.txt >line.txt
[ "$(wc -l <line.txt)" = 1 ] &&
    grep -q 'diverged at step [0-9]*: .*; try a smaller learning rate (--lr, now 1e4)$' line.txt ||
    complain "diverged: $(cat out.txt)"
! grep -qE 'loss [0-9.]{14}' out.txt || complain "a loss of many digits: $(cat out.txt)"
silent_but=$("$program" train --data t.csv --net "dense 50, relu, dense 50, relu, dense 2" --rule bp \
    --optimizer "sgd momentum 0.9" \
    --lr 1e4 --epochs 20 --quiet 2>&1)
[ "$(echo "$silent_but" | wc -l)" = 1 ] || complain "--quiet, diverged: $silent_but"
expect 0 "" "$program" train --data t.csv --net "dense 9, relu, dense 2" --optimizer sgd --lr 1e5 --epochs 3
grep "^hardly trained" out.txt | grep -q "try a smaller learning rate: --lr" ||
    complain "grown: $(cat out.txt)"

# ---- help and the table of options: only those of the command
for command in eval predict; do
    "$program" $command --help >help.txt
    for option in model data label separator decimal threads; do
        grep -qE "^  --$option( |$)" help.txt || complain "$command --help lacks --$option"
    done
    for option in val test test-fraction split-seed lr net rule epochs batch; do
        ! grep -qE "^  --$option( |$)" help.txt || complain "$command --help has --$option, which it refuses"
        expect 2 "no option --$option of backless $command" "$program" $command --model run --data t.csv \
            --$option 1
    done
done
expect 0 "--epochs N" "$program" train --list-options
expect 0 '"key"' "$program" train --list-options --json
if command -v python3 >/dev/null 2>&1; then
    "$program" train --help >help.txt
    python3 - out.txt help.txt <<'END' || complain "--list-options --json"
import json, re, sys
rows = json.load(open(sys.argv[1]))
assert all(set(row) == {"key", "argument", "default", "group", "help"} for row in rows)
assert all(row["key"] and row["group"] and row["help"] for row in rows)
keys = [row["key"] for row in rows]
assert len(set(keys)) == len(keys) and {"data", "net", "rule", "lr", "epochs", "threads", "out"} <= set(keys)
assert dict((r["key"], r["argument"]) for r in rows)["force"] is None
shown = re.findall(r"^  --([a-z0-9-]+)", open(sys.argv[2]).read(), re.M)
assert set(keys) <= set(shown) and "resume" in set(shown) - set(keys)
END
else
    echo "left out: the JSON of --list-options, there is no python3"
fi

exit $((failures > 0))
