#!/bin/sh
# curves.sh PROGRAM - backless curves: its columns agree with the logs, and other files are refused.
old=$(cd "$(dirname "$0")" && pwd)/runs_0_1_0/runs.tar.gz
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1
awk -v OFS=, 'BEGIN {
    print "a,b,label";
    for (i = 0; i < 60; i++) print i % 7, (i * i) % 11, i % 3 ? "u" : "v" }' >t.csv
awk -v OFS=, 'BEGIN {
    print "a,b,y";
    for (i = 0; i < 60; i++) print i % 7 + 0.5, (i * i) % 11, i % 5 + 0.25 }' >numbers.csv
train() { "$program" train --epochs 2 --batch 10 --quiet "$@" >/dev/null || complain "train $*"; }
train --data t.csv --val 0.2 --angles 4 --lr 1e-2 --out runs/a
train --data t.csv --val 0.2 --angles 1,3 --lr 1e-3 --seed 5 --out runs/b
train --data t.csv --net "dense 2" --rule linear --out runs/auto
train --data numbers.csv --target number --angles none --out "runs/c, d"

# cell FILE ROW COLUMN: rows from 1, without the header; no field of these files has a comma inside
cell() { awk -F, -v row="$2" -v column="$3" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i; next }
    NR == row + 1 { print at ? $at : "no column" }' "$1"; }
same() { [ "$1" = "$2" ] || complain "$3: \"$1\", expected \"$2\""; }

"$program" curves runs/a runs/b --csv >ab.csv || complain "curves runs/a runs/b"
same "$(wc -l <ab.csv)" 9 "rows of runs a and b, and a header"
same "$(cut -d, -f1 ab.csv | tr '\n' ' ')" "run runs/a runs/a runs/a runs/a runs/b runs/b runs/b runs/b " \
    "runs"
column() { for row in 1 2 3 4 5 6 7 8; do printf '%s ' "$(cell ab.csv $row "$1")"; done; }
# 5 steps per epoch, on 50 of 60 examples.
same "$(column record)" "step epoch step epoch step step epoch epoch " "records"
same "$(column step)" "4 5 8 10 1 3 5 10 " "steps"
same "$(column epoch)" "1 1 2 2 1 1 1 2 " "epochs"
same "$(column seed)" "1 1 1 1 5 5 5 5 " "seeds"
same "$(column option_lr)" "1e-2 1e-2 1e-2 1e-2 1e-3 1e-3 1e-3 1e-3 " "rates"
same "$(cell ab.csv 1 option_weight_seed)" "no column" "a seed that follows --seed"
same "$(cell ab.csv 1 option_out)" "no column" "where a run was written"
same "$(cell ab.csv 1 option_batch)" "no column" "an option in which the runs agree"
[ -n "$(cell ab.csv 2 val_error)" ] && [ -z "$(cell ab.csv 1 val_error)" ] ||
    complain "validation belongs to epochs"
[ -n "$(cell ab.csv 1 batch_loss)" ] && [ -z "$(cell ab.csv 2 batch_loss)" ] ||
    complain "batch loss belongs to steps"
figure() { sed -n "$1p" runs/a/log.jsonl | grep -o "\"$2\": [-0-9.e]*" | sed 's/.*: //' | sed -n "$3p"; }
for row in 1 2 3 4; do
    for pair in train_loss:train_loss:1 train_error:train_error:1 lr:lr:1 flat:angle_flat_0:1 \
        sample:angle_sample_1:2 \
        update:angle_update_2:3 signal_norm:signal_norm_0:1 bp_norm:bp_norm_1:2 weight_norm:weight_norm_2:3 \
        weight:angle_weight_2:3; do
        key=${pair%%:*} column=${pair#*:}
        place=${column#*:} column=${column%:*}
        awk -v a="$(figure $row "$key" "$place")" -v b="$(cell ab.csv $row "$column")" \
            'BEGIN { exit !(a != "" && b != "" && a + 0 == b + 0) }' ||
            complain "row $row: $column is \"$(cell ab.csv $row "$column")\", the log says \"$(figure $row \
            "$key" "$place")\""
    done
done

# ---- Other kinds of runs
"$program" curves runs/auto --csv >auto.csv || complain "curves runs/auto"
same "$(cell auto.csv 1 record) $(cell auto.csv 1 step)" "step 1" "the early angles of auto"
same "$(cell auto.csv 1 angle_flat_1)" "no column" "one block"
"$program" curves "runs/c, d" --csv >c.csv || complain "curves on targets"
head -n 1 c.csv | grep -q 'val_rmse,val_mae,val_r2,test_rmse,test_mae,test_r2,lr' ||
    complain "no distances of targets"
head -n 1 c.csv | grep -q angle && complain "angles where none were measured"
sed -n 2p c.csv | grep -q '^"runs/c, d",dfa,1,epoch,1,6,' || complain "a name with a comma is not quoted"
mkdir old && tar -xzf "$old" -C old
n=0
for config in $(find old -name config.json); do
    n=$((n + 1))
    expect 0 ",epoch,1,," "$program" curves "$(dirname "$config")" --csv
done
[ $n -gt 0 ] || complain "no run of 0.1.0 in $old"

# ---- Output formats
expect 0 "angle per block" "$program" curves runs/a runs/b
expect 0 "50.00 %" "$program" curves runs/a
# Classification and regression runs in one table: each has its own figures.
"$program" curves runs/a "runs/c, d" >both.txt || complain "classes beside numbers"
grep -q "train err  *val  *test " both.txt || complain "the head of classes beside numbers"
[ "$(grep "^runs/a " both.txt)" = "$("$program" curves runs/a | grep "^runs/a ")" ] ||
    complain "figures of classes are lost beside numbers"
"$program" curves runs/a/log.jsonl --json >a.json || complain "--json"
same "$(grep -c '^{"run":"runs/a/log.jsonl","rule":"dfa","seed":1,"record":' a.json)" 4 "objects of --json"
expect 0 "4 rows in a.csv" "$program" curves runs/a --output a.csv
"$program" curves runs/a --csv --output - | cmp - a.csv || complain "--output - is not --output FILE"
"$program" curves runs/a/ --csv | cmp - a.csv || complain "a slash at the end names another run"
(cd runs/a && "$program" curves log.jsonl --csv) | tail -n 1 | cut -d, -f2- >here
tail -n 1 a.csv | cut -d, -f2- | cmp - here || complain "log.jsonl without a folder before it"
same "$("$program" curves runs/a --output b.csv --quiet 2>&1)" "" "--quiet"

# ---- A log whose last line is incomplete, and logs that are refused
cp -r runs/a cut && printf '{"epoch": 3, "tra' >>cut/log.jsonl
expect 0 "cut/log.jsonl, line 5: is cut off, and left out" "$program" curves cut --csv
: >cut/log.jsonl
expect 0 "cut/log.jsonl: has no line yet" "$program" curves cut --csv
broken() { # FRAGMENT LINE: refused if the second line of the log is LINE
    cp runs/a/log.jsonl cut/log.jsonl
    awk -v text="$2" 'NR == 2 { print text; next } { print }' runs/a/log.jsonl >cut/log.jsonl
    expect 3 "cut/log.jsonl, line 2: $1" "$program" curves runs/b cut --csv
}
broken "is not a line of a log" "junk"
broken "is not a line of a log" ""
broken "is not a line of a log" "[1]"
broken "is not a line of a log" '{"epoch": 1, "epoch": 1}'
broken '"epoch" is not what a log has there, expected a whole number' '{"loss": 1}'
broken '"epoch"' '{"epoch": 1.5}'
broken '"kind" is not what a log has there, expected "step"' '{"epoch": 1, "kind": "word"}'
broken '"train_loss" is not what a log has there, expected a number or null' \
    '{"epoch": 1, "train_loss": "0.5"}'
broken '"angles" is not what a log has there, expected a list or null' '{"epoch": 1, "angles": {}}'
broken '"angles"' '{"epoch": 1, "angles": [1]}'
broken '"flat"' '{"epoch": 1, "angles": [{"flat": []}]}'
broken '"early_angles"' '{"epoch": 1, "early_angles": 3}'
broken '"step"' '{"epoch": 1, "early_angles": [{"step": "1"}]}'
cp runs/a/log.jsonl cut/log.jsonl
rm cut/config.json
expect 0 "cut/config.json: is missing, so that rule, seed and options of the run are unknown" "$program" \
    curves cut --csv
echo '{' >cut/config.json
expect 3 "cut/config.json, line " "$program" curves cut
echo '{"rule": "dfa"}' >cut/config.json
expect 3 'expected an object with "options"' "$program" curves cut
mkdir empty
expect 3 "empty: holds no log.jsonl, expected the run folder" "$program" curves empty
expect 3 "runs: holds no log.jsonl, but folders below it do; name them: backless curves runs/*" "$program" \
    curves runs
expect 3 "nowhere: No such file" "$program" curves nowhere
expect 3 "log.jsonl: is a folder" sh \
    -c "mkdir -p odd/log.jsonl; cp runs/a/config.json odd; '$program' curves odd"
expect 2 "runs/a: is named twice" "$program" curves runs/a runs/b runs/a/
expect 2 "no run is given; usage:" "$program" curves
expect 2 "expected one of the two" "$program" curves runs/a --csv --json
expect 4 "sub/x.csv" "$program" curves runs/a --output sub/x.csv
for path in runs/a/log.jsonl runs/a/config.json link; do
    ln -sf runs/a/log.jsonl link
    cp runs/a/log.jsonl before.jsonl
    expect 2 "is a file that this command reads" "$program" curves runs/a --output $path
    cmp -s runs/a/log.jsonl before.jsonl || complain "--output $path changed the log"
done
[ ! -e /dev/full ] ||
    expect 4 "standard output could not be written" sh -c "'$program' curves runs/a --csv >/dev/full"
mkdir many && for i in $(seq 40); do cp -r runs/a many/$i; done
"$program" curves many/* --csv >many.csv || complain "40 runs"
same "$(wc -l <many.csv)" 161 "rows of 40 runs, and a header"

[ "$failures" = 0 ] || exit 1
echo "the table of curves says what the logs say"
