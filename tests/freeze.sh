#!/bin/sh
# freeze.sh PROGRAM - the option freeze from the command line: saved in config.json and the model file,
# printed in a note, resumed to the same bits within the frozen epochs, the same with any threads and with
# little memory, and refused.
. "$(dirname "$0")/shell/expect.sh"
awk 'BEGIN { OFS = ","; print "a,b,c,label"; for (i = 0; i < 60; i++)
    print (i * 37 % 23) / 4, (i * 53 % 31) - 9, i % 7, substr("xyz", i % 3 + 1, 1) }' >table.csv
net="dense 40, tanh, dense 8, tanh, dense 3"
go="--data table.csv --rule dfa --no-angles --force --batch 8 --lr 0.01 --schedule constant --init fanin"
go="$go --epochs 4"
text="0 until 2, 1 from 3"
hash_of() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json" 2>/dev/null; }

expect 0 "" "$program" train $go --net "$net" --out plain --quiet
expect 0 "block 0 does not learn in the epochs 1 to 2" "$program" train $go --net "$net" --freeze "$text" \
    --out whole --threads 1
[ -n "$(hash_of whole)" ] || complain "freeze wrote no result"
[ "$(hash_of whole)" = "$(hash_of plain)" ] && complain "freeze trains as without it"
grep -q "\"freeze\": \"$text\"" whole/config.json || complain "config.json does not say freeze"
grep -q "\"freeze\":\"$text\"" whole/model.safetensors || complain "the model file does not say freeze"
for other in "--threads 3" "--memory low"; do
    expect 0 "" "$program" train $go --net "$net" --freeze "$text" --out other --quiet $other
    [ "$(hash_of other)" = "$(hash_of whole)" ] || complain "freeze with $other gives other weights"
done

# ---- stopped after one epoch, resumed within the frozen epochs
expect 0 "" "$program" train $go --net "$net" --freeze "$text" --out part --quiet --max-time 0.0000001
[ "$(hash_of part)" = "$(hash_of whole)" ] && complain "the run that is to be resumed has not stopped"
expect 0 "" "$program" train --resume part --max-time 0 --quiet
[ "$(hash_of part)" = "$(hash_of whole)" ] || complain "a resumed run has other weights"

# ---- the default init does not begin with frozen weights of 0, which pass on no signal
expect 0 "" "$program" train --data table.csv --no-angles --epochs 1 --net "$net" --freeze 0 --quiet \
    --out drawn
grep -q '"init": "fanin"' drawn/config.json || complain "the default init begins with frozen weights of 0"
expect 0 "frozen weights are 0" "$program" train --data table.csv --no-angles --epochs 1 --net "$net" \
    --freeze 0 --init zero

expect 2 "are 0 to 2" "$program" train $go --net "$net" --freeze 3 --out refused
expect 2 "expected none, or blocks" "$program" train $go --net "$net" --freeze "0 until" --out refused
expect 2 "did you mean --freeze" "$program" train $go --net "$net" --freeze-layers 0 --out refused

[ "$failures" = 0 ] && echo "freeze: all as expected"
exit "$failures"
