#!/bin/sh
# augment.sh PROGRAM - the option augment from the command line: kept in config.json and the model file, only
# training examples are transformed, resumed to the same bits, the same with any threads, and refused.
. "$(dirname "$0")/shell/expect.sh"
awk 'BEGIN { OFS = ","; printf "label"; for (j = 0; j < 60; j++) printf ",p%d", j; print ""
    for (i = 0; i < 90; i++) { printf "%d", i % 3
        for (j = 0; j < 60; j++) printf ",%d", (i * 37 + j * j * 11 + (i % 3) * j) % 256
        print "" } }' >pixels.csv
net="conv 3 3x3, tanh, dense 3"
go="--data pixels.csv --shape 3x4x5 --rule dfa --seed 3 --quiet --no-angles --force --val 30 --epochs 3"
text="pad-crop 2, flip, translate 1"
hash_of() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json" 2>/dev/null; }
# figure FOLDER KEY: its values of all epochs
figure() { sed -n "s/.*\"$2\":\([^,}]*\).*/\1/p" "$1/log.jsonl"; }

expect 0 "" "$program" train $go --net "$net" --out plain
expect 0 "" "$program" train $go --net "$net" --augment "$text" --out whole --threads 1
[ -n "$(hash_of whole)" ] || complain "augment wrote no result"
[ "$(hash_of whole)" = "$(hash_of plain)" ] && complain "augment trains as without it"
grep -q "\"augment\": \"$text\"" whole/config.json || complain "config.json does not say augment"
grep -q "\"augment\":\"$text\"" whole/model.safetensors || complain "the model file does not say augment"
expect 0 "" "$program" train $go --net "$net" --augment "$text" --out other --threads 3
[ "$(hash_of other)" = "$(hash_of whole)" ] || complain "augment with 3 threads ends otherwise"
expect 0 "" "$program" train $go --net "$net" --augment "$text" --out other --normalize channel
[ -n "$(hash_of other)" ] || complain "augment with normalize channel wrote no result"

# ---- stopped after one epoch and resumed
expect 0 "" "$program" train $go --net "$net" --augment "$text" --out part --max-time 0.0000001
[ "$(hash_of part)" = "$(hash_of whole)" ] && complain "the run that is to be resumed has not stopped"
expect 0 "" "$program" train --resume part --max-time 0 --quiet
[ "$(hash_of part)" = "$(hash_of whole)" ] || complain "a resumed run ends otherwise"

# ---- with weights that hardly move, validation is what it is without, and training is not, in any epoch
still="--optimizer sgd --lr 1e-12 --schedule constant --init fanin"
expect 0 "" "$program" train $go --net "$net" $still --out plain
expect 0 "" "$program" train $go --net "$net" $still --augment "$text" --out moved
[ "$(figure plain val_loss)" = "$(figure moved val_loss)" ] || complain "validation examples are transformed"
[ "$(figure plain train_loss | cut -c 1-9 | uniq | wc -l)" = 1 ] || complain "the weights have moved"
[ "$(figure moved train_loss | cut -c 1-7 | sort -u | wc -l)" = 3 ] ||
    complain "the epochs see the same transformations"

expect 2 "expected none, or terms" "$program" train $go --augment "rotate 5" --out refused
expect 2 "rows of 60 numbers" "$program" train --data pixels.csv --augment flip --out refused
expect 2 "4 x 5 pixels" "$program" train $go --augment "pad-crop 4" --out refused
expect 2 "did you mean --augment" "$program" train $go --random-crop 4 --out refused

[ "$failures" = 0 ] && echo "augment: all as expected"
exit "$failures"
