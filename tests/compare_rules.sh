#!/bin/sh
# compare_rules.sh PROGRAM - the rules that compare accepts, its messages about them and the data; if one rule
# fails or compare is stopped, the rows of the others are kept.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/shell/expect.sh"
awk 'BEGIN { print "Id,a,b,kind"
    for (i = 1; i <= 300; i++)
        printf "%d,%.4f,%.4f,%s\n", i, sin(7 * i), cos(5 * i), i % 3 ? (i % 2 ? "x" : "y") : "z" }' >table.csv
awk 'BEGIN { print "a,b,y"
    for (i = 0; i < 200; i++) {
        a = sin(7 * i); b = cos(5 * i);
        printf "%.4f,%.4f,%.4f\n", a, b, 3 * a - 2 * b + 10
    } }' >line.csv
awk 'BEGIN {
    for (i = 0; i < 120; i++) {
        for (k = 0; k < 64; k++) printf "%d,", (i * 7 + k * (i % 3 + 1)) % 19
        print "c" i % 3
    } }' >grid.csv
two="dense 12, tanh, dense 12, tanh"

has_row() { grep -q "^$1 " out.txt; }
rows() { # OUT: prints the rules that have a row
    sed -n 's/^{"rule":"\([a-z]*\)".*/\1/p' "$1" | tr '\n' ' '
}
field() { # FILE RULE KEY
    sed -n "s/^{\"rule\":\"$2\",.*\"$3\":\(\"[^\"]*\"\|[^,}]*\).*/\1/p" "$1"
}

# ---- the head
expect 0 "net        $two, dense 3" "$program" compare --data table.csv --net "$two, dense 3" --epochs 2 \
    --seed 7
grep -q "^training   2 epochs of [0-9]* steps, batch 32, adam, lr 0.003, schedule cosine, loss ce" out.txt ||
    { complain "no epochs in the head"; cat out.txt; }
grep -q "^seeds      seed 7, weights 7, feedback 7, order 7, splits 1" out.txt ||
    complain "no seed in the head"
grep -q "3 classes: x, y, z" out.txt || complain "the classes have no names"
grep -q 'column "Id" left out' out.txt || complain "the notes of the data are missing"
grep -q 'column "kind" is used as the label' out.txt || complain "no note about the choice of the label"
grep -q "no test set: the table shows errors on the training set" out.txt ||
    complain "errors of the training set as if of a test"
grep -q "left out  \|the same " out.txt &&
    { complain "a net with two hidden layers has rules that are left out or equal"; cat out.txt; }
for rule in bp fa dfa ifa drtp usf kp dkp adfa pepita frozen linear; do
    has_row $rule || complain "no row for $rule"
done
[ "$(grep -c 'hardly trained: ' out.txt)" = 1 ] && grep -q "hardly trained, too" out.txt ||
    complain "the same advice for each rule"
expect 0 "rule " "$program" compare --data table.csv --net "$two, dense 3" --epochs 2 --quiet
[ "$(grep -vc "^rule \|^[a-z]* .* %" out.txt)" = 0 ] ||
    { complain "--quiet prints more than the table"; cat out.txt; }

# ---- rules that are not defined for the net or data: left out with the reason by default, refused if they
# are named
expect 0 "left out   drtp: the rule needs classes, but line.csv has regression targets" "$program" compare \
    --data line.csv --target number --net "$two, dense 1" --epochs 2 --test-fraction 0.2
has_row drtp && complain "a row for drtp on numbers"
has_row bp && has_row linear || complain "the other rules than the one left out have no rows"
grep -q "^rule .* test rmse .* r2 " out.txt || { complain "no columns for numbers"; cat out.txt; }
expect 0 "left out   bp, ifa, usf, pepita, frozen: the rule cannot learn from all-zero weights" "$program" \
    compare --data table.csv --net "$two, dense 3" --epochs 1 --init zero
expect 0 "left out   bp, ifa, usf, pepita, frozen: the rule cannot learn from zero weights after the first" \
    "$program" compare --data table.csv --net "$two, dense 3" --epochs 1 --init fanin-first
"$program" train --data table.csv --net "dense 12, relu, dense 3" --rule bp --init fanin-first --epochs 1 \
    --out two --quiet || complain "fanin-first: bp on two layers is refused"
expect 2 "a relu net cannot learn from zero weights after the first layer" "$program" train \
    --data table.csv --net "dense 12, relu, dense 12, relu, dense 3" --rule fa --init fanin-first \
    --epochs 1 --out three
expect 0 "left out   " "$program" compare --data table.csv --net "$two, dense 3" --epochs 1 --memory low
has_row dfa && ! has_row fa || { complain "--memory low"; cat out.txt; }
expect 0 "left out   pepita: the rule cannot train batch norm" "$program" compare --data table.csv \
    --epochs 1 --net "dense 12, batchnorm, tanh, dense 12, tanh, dense 3"
expect 2 "rule drtp needs classes" "$program" compare --data line.csv --target number --net "$two, dense 1" \
    --rules bp,drtp,fa
grep -q "write --rules bp,fa, or omit --rules" out.txt || { complain "no command is suggested"; cat out.txt; }
grep -q "^rule \|^bp " out.txt && complain "a table beside a refusal"
expect 2 "omit --rules" "$program" compare --data line.csv --target number --net "$two, dense 1" --rules drtp
expect 2 "bp twice" "$program" compare --data table.csv --rules bp,dfa,bp
# An error in the net is an error for all rules, although linear ignores the hidden layers.
expect 2 'layer 2 "tnah"' "$program" compare --data table.csv --net "dense 9, tnah, dense 3"
expect 2 "ends with 4 units" "$program" compare --data table.csv --net "dense 9, tanh, dense 4"
expect 2 "a relu net cannot learn" "$program" compare --data table.csv --net "dense 9, relu, dense 3" \
    --init zero

# ---- rules that are the same on this net: a note is printed if and only if the weights are equal
same() { # EXPECTED OPTION...
    expected=$1
    shift
    "$program" compare --data table.csv --epochs 2 --json "$@" >rows.json 2>err.txt ||
        complain "compare $*: $(cat err.txt)"
    found=$(sed -n 's/.* \(fa = dfa[a-z =]*\):.*/\1/p' err.txt)
    [ "$found" = "$expected" ] || complain "said \"$found\", expected \"$expected\": $*"
    [ "$(field rows.json kp weights)" = "$(field rows.json dkp weights)" ] && kp=yes || kp=
    grep -q "kp = dkp" err.txt && [ -z "$kp" ] && complain "kp = dkp is said, but the weights differ: $*"
    for rule in fa ifa; do
        [ "$(field rows.json $rule weights)" = "$(field rows.json dfa weights)" ] && equal=yes || equal=
        case " $expected " in
        *" $rule "*) [ "$equal" ] || complain "$rule and dfa differ: $*" ;;
        *) [ "$equal" ] && complain "$rule and dfa are equal: $*" ;;
        esac
    done
}
same "fa = dfa" --net "dense 12, tanh, dense 3"
grep -q "ifa would be the same as dfa.*starts from fanin and not from zero: --init same" err.txt ||
    complain "nothing about ifa"
same "fa = dfa = ifa" --net "dense 12, tanh, dense 3" --init same
same "fa = dfa = ifa" --net "dense 12, relu, dense 3"
same "fa = dfa = ifa" --net "dense 12, relu, dense 3" --optimizer sgd
same "" --net "$two, dense 3" --init same
expect 0 "the net has no hidden layer" "$program" compare --data table.csv --epochs 1 --net "dense 3"
expect 0 "fa = dfa" "$program" compare --data table.csv --epochs 1 --net "dense 12, tanh, dense 3" \
    --rules fa,dfa
expect 0 "dfa = ifa" "$program" compare --data table.csv --epochs 1 --net "dense 12, relu, dense 3" \
    --rules dfa,ifa
expect 0 "bp" "$program" compare --data table.csv --epochs 1 --net "dense 12, tanh, dense 3" \
    --rules bp,dfa,linear
grep -q "the same" out.txt && complain "a note about rules that are not compared"

# ---- JSON output contains everything that the text output has
"$program" compare --data line.csv --target number --net "dense 12, tanh, dense 1" --epochs 3 --seed 9 \
    --json --out runs >rows.json 2>err.txt || complain "--json: $(cat err.txt)"
[ "$(rows rows.json)" = "bp fa dfa ifa drtp usf kp dkp adfa pepita frozen linear " ] ||
    complain "--json: rows of $(rows rows.json)"
[ "$(field rows.json drtp state)" = '"left out"' ] && [ "$(field rows.json drtp train_loss)" = null ] ||
    complain "--json: drtp"
grep '"rule":"drtp"' rows.json | grep -q '"why":"rule drtp needs classes' ||
    complain "--json: no reason for drtp"
[ "$(field rows.json linear net)" = '"dense 1"' ] &&
    [ "$(field rows.json bp epochs)$(field rows.json bp seed)" = 39 ] ||
    complain "--json: net, epochs or seed: $(cat rows.json)"
grep -q '"data_notes":\["column' rows.json || complain "--json: no notes of the data"
[ -f runs/bp/result.json ] && [ ! -e runs/drtp ] || complain "run folders"
# The speed is the median over the epochs; their time is that of the steps only.
median=$(sed -n 's/.*"samples_per_second": *\([0-9.e+]*\).*/\1/p' runs/bp/log.jsonl | sort -g | sed -n 2p)
awk -v a="$median" -v b="$(field rows.json bp samples_per_second)" \
    'BEGIN { exit !(a > 0 && a - b < 1e-6 * a && b - a < 1e-6 * a) }' ||
    complain "samples/s $(field rows.json bp samples_per_second), the median of the log is $median"

# ---- if a rule fails or diverges, the rows of the others are kept
mkdir kept && : >kept/dfa
expect 4 "dfa: kept/dfa" "$program" compare --data line.csv --target number --net "$two, dense 1" --epochs 1 \
    --rules linear,dfa,bp --out kept
grep -q "^dfa  *failed" out.txt && has_row linear && has_row bp ||
    { complain "rows beside a failed rule"; cat out.txt; }
[ -f kept/bp/result.json ] || complain "the rule after the failed one has no run folder"
# An output folder that cannot be used is refused before the first run.
expect 2 "runs/bp: holds a run already" "$program" compare --data line.csv --target number \
    --net "$two, dense 1" --epochs 1 --rules bp,dfa --out runs
expect 0 "ifa: diverged" "$program" compare --data line.csv --target number \
    --net "dense 9, relu, dense 9, relu, dense 1" --epochs 5 --optimizer sgd --lr 3
grep -q "^ifa  *diverged" out.txt && has_row linear && has_row bp ||
    { complain "rows beside one that diverged"; cat out.txt; }
expect 5 "diverged" "$program" compare --data line.csv --target number \
    --net "dense 9, relu, dense 9, relu, dense 1" --epochs 5 --optimizer sgd --lr 30 --rules dfa,bp

# ---- stopped: the rows so far are printed, and the command that continues
"$program" compare --data table.csv --net "dense 600, tanh, dense 600, tanh, dense 3" --epochs 200 \
    --rules linear,dfa,bp --no-angles --out stopped >out.txt 2>&1 &
job=$!
wait_for stopped/dfa/log.jsonl $job
kill -INT $job
wait $job
[ $? = 75 ] || { complain "a stopped comparison ends with another code"; cat out.txt; }
has_row linear && grep -q '^dfa\* ' out.txt && ! has_row bp ||
    { complain "rows of a stopped comparison"; cat out.txt; }
grep -q "stopped; the figures of dfa\* are those of epoch [0-9]* of 200; not run: bp" out.txt ||
    { complain "what was stopped"; cat out.txt; }
grep -q "backless train --resume stopped/dfa continues dfa" out.txt || complain "how to go on"
expect 0 "stopped by time" "$program" train --resume stopped/dfa --max-time 0.001

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "compare_rules: as expected"
