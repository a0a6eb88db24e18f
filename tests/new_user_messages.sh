#!/bin/sh
# new_user_messages.sh PROGRAM - messages for new users: all columns with too many different words are named
# in one message, a stopped run prints the command that continues it, and a missing test set is not mentioned.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1
awk 'BEGIN { print "id,kind,name,ticket,port,cabin"
    for (i = 1; i <= 400; i++)
        printf "%d,%s,Person %d,T%d,%s,C%d\n", i, (i % 3 ? "x" : "y"), i, i,
            substr("SCQ", i % 3 + 1, 1), i }' >people.csv
train() { "$program" train --data people.csv --label kind --epochs 2 "$@"; }

expect 3 'line 258, column "name": more than 256 different words' train
grep -qF 'there are 3 such columns: --ignore "name,ticket,cabin" leaves them out' out.txt ||
    complain "they are not named together"
expect 3 'there are 2 such columns: --ignore "name,ticket" leaves them out' train --ignore cabin
expect 3 '; --ignore "cabin" leaves the column out' train --ignore name,ticket
expect 0 "epoch 2/2" train --ignore name,ticket,cabin
# a field that is too long, after a column with too many words
awk -v OFS=, -F, 'NR == 5 { for (i = 0; i < 300; i++) $5 = $5 "w" } { print }' people.csv >long.csv
expect 3 '"name,ticket,port,cabin"' "$program" train --data long.csv --label kind
expect 3 'column "port": a text of 301 bytes' "$program" train --data long.csv --label kind \
    --ignore name,ticket,cabin
# a column whose name has a comma is given by its number; of many columns only the first are named
sed '1s/ticket/"ticket, or none"/' people.csv >comma.csv
expect 3 '--ignore "name,3,cabin"' "$program" train --data comma.csv --label kind
awk 'BEGIN { printf "kind"; for (c = 1; c <= 40; c++) printf ",column%d", c; print ""
    for (i = 1; i <= 300; i++) {
        printf i % 2; for (c = 1; c <= 40; c++) printf ",w%d", i; print ""
    } }' >wide.csv
expect 3 'there are 40 such columns: --ignore "column1,column2' "$program" train --data wide.csv --label kind

expect 0 "best on the validation set: epoch" train --ignore name,ticket,cabin --val 0.2
grep -q "test -" out.txt && complain "a test error is printed without a test set"
expect 0 ", test " train --ignore name,ticket,cabin --val 0.2 --test-fraction 0.2

# A net that the user chose is not called a default, nor is the net of a resumed run.
expect 0 "by default: batch" train --ignore name,ticket,cabin --net "dense 4, tanh, dense 2" --out given
expect 0 "by default: net, batch" train --ignore name,ticket,cabin
expect 0 "by default: batch" train --ignore name,ticket,cabin --net "dense 4, tanh, dense 2" --rule linear
expect 0 "stopped by epochs" "$program" train --resume given --epochs 3
grep -q "by default" out.txt && complain "the settings of a run folder are called defaults"

"$program" train --data people.csv --label kind --ignore name,ticket,cabin --epochs 100000 \
    --out "a run" >stopped.txt 2>&1 &
pid=$!
wait_for "a run/log.jsonl" $pid
kill -INT $pid
wait $pid
[ $? = 75 ] || complain "a stopped run does not exit with 75"
grep -qF -e "saved, --resume a run continues from here" stopped.txt ||
    { complain "no way on"; tail -n 1 stopped.txt; }

# An error that predicting the most frequent class always would reach is not called a success, however low it
# is.
awk 'BEGIN {
    print "a,b,fraud";
    for (i = 0; i < 300; i++) printf "%d,%d,%s\n", i * 7 % 11, i * 5 % 13, i % 30 ? "no" : "yes" }' >rare.csv
same='answering "no" for every example, 3.33 %'
rare="--data rare.csv --epochs 40"
expect 0 "the test error, 3.33 %, is not lower than that of $same" "$program" train $rare --rule linear \
    --test-fraction 0.2 --out rare
expect 0 "note: the error, 3.33 %, is not lower than that of $same" "$program" eval --model rare \
    --data rare.csv
expect 0 "the validation error, 3.33 %, is not lower" "$program" train $rare --rule linear --val 0.2
expect 0 "linear: the error is not lower than that of $same" "$program" compare $rare --rules linear \
    --test-fraction 0.2
awk 'BEGIN {
    print "a,kind";
    for (i = 0; i < 300; i++) printf "%d,%s\n", i % 10, i % 10 < 3 ? "low" : "high" }' >easy.csv
"$program" train --data easy.csv --test-fraction 0.2 --out easy 2>&1 | grep -q "is not lower" &&
    complain "a low error is called useless"
"$program" eval --model easy --data easy.csv 2>&1 | grep -q "is not lower" &&
    complain "eval calls a low error useless"

# Classes in rings have the same mean inputs, so that weights of 0 do not get away from 0; classes with other
# means are learned. The advice names the init only where that is zero, the rate is not too low, and the steps
# were not too few.
awk 'BEGIN { print "x,y,ring"; for (i = 1; i <= 1500; i++) {
    x = 2 * (i * 0.7548776662 % 1) - 1; y = 2 * (i * 0.5698402909 % 1) - 1; r = x * x + y * y
    print x "," y "," (r < 0.3 ? "inner" : r < 0.8 ? "middle" : "outer") } }' >rings.csv
awk -F, 'NR == 1 { print "x,y,part" }
    NR > 1 { print $1 "," $2 "," ($1 < -0.3 ? "left" : $1 < 0.3 ? "middle" : "right") }' rings.csv >parts.csv
rule_on() {
    "$program" train --rule dfa --net "dense 40, tanh, dense 40, tanh, dense C" --data "$@" >out.txt 2>&1 ||
        complain "exit $?: --data $*"
}
rule_on rings.csv
grep -q "hardly trained.*; try --init fanin (now zero" out.txt || complain "no advice about weights of 0"
for options in "rings.csv --init fanin" "rings.csv --lr 1e-5" "rings.csv --epochs 10" "parts.csv"; do
    # shellcheck disable=SC2086
    rule_on $options
    grep -q "try --init" out.txt && complain "advice about weights of 0: --data $options"
done
rule_on rings.csv --init fanin
grep -q "hardly trained" out.txt && complain "the advice about weights of 0 does not help"
rule_on parts.csv
grep -q "init zero" out.txt || complain "parts.csv does not start from 0"
grep -q "hardly trained" out.txt && complain "parts.csv is not learned from 0"
[ "$failures" = 0 ] && echo "new_user_messages: as expected"
exit "$failures"
