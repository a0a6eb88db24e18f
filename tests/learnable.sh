#!/bin/sh
# learnable.sh PROGRAM - messages about nets and options with which a run would learn nothing, or something
# else than intended.
. "$(dirname "$0")/shell/expect.sh"
awk 'BEGIN { print "a,b,label"
    for (i = 0; i < 200; i++)
        printf "%d,%d,%s\n", i % 20, (i * 7) % 13, (i % 20 > 9 ? "y" : "x") }' >table.csv
norm="dense 8, batchnorm, tanh, dense 2"

# train CODE FRAGMENT OPTION...: a short run ends with CODE and prints FRAGMENT
train() {
    code=$1 fragment=$2
    shift 2
    expect "$code" "$fragment" "$program" train --data table.csv --threads 1 --epochs 20 --lr 0.01 "$@"
}

train 2 "cannot learn with --batch 1" --net "$norm" --rule bp --batch 1
train 2 "cannot learn with --batch 1" --net "$norm" --rule bp --batch 1 --quiet
train 0 "two examples" --net "$norm" --rule bp --batch 2
train 0 "18 examples, because" --net "dense 4, batchnorm, tanh, dense 2" --batch 17 --val 29
train 0 "0.00 %" --net "$norm" --rule bp --batch 64
train 0 "learns nothing" --net "dense 1, relu, dense 2" --rule bp --optimizer sgd --lr 10 --batch 20 \
    --backend portable

# the former name decay is refused on the command line; model files may contain it
train 2 "weight-decay X" --net "dense 4, tanh, dense 2" --optimizer "adam decay 0.01"
train 2 "weight-decay X" --net "dense 4, tanh, dense 2" --optimizer="sgd momentum 0.9 decay 1e-4"
BACKLESS_OPTIMIZER="adam decay 0.01" train 2 "weight-decay X" --net "dense 4, tanh, dense 2"
train 0 "stopped by epochs" --net "dense 4, tanh, dense 2" --optimizer "adam weight-decay 0.01"
train 0 "stopped by epochs" --net "dense 4, tanh, dense 2" --optimizer "rmsprop l2 0.01"
echo '{"optimizer": "adam decay 0.01"}' >old.json
train 0 "whatever the learning rate" --net "dense 4, tanh, dense 2" --config old.json

# defaults that depend on other options are printed
train 0 "feedback fanin" --net "dense 4, tanh, dense 4, tanh, dense 2" --rule fa --optimizer sgd
train 0 "as weight-decay 0.001 at this rate" --net "dense 4, tanh, dense 2" --rule kp
train 0 "cos a (default here)" --net "dense 4, tanh, dense 2" --rule adfa
train 2 "there are: \"cos a\"" --net "dense 4, tanh, dense 2" --rule adfa --slope sin

# notes are written to the log too
train 0 "epoch 20/20" --net "$norm" --rule bp --batch 2 --out run
grep -q '"notes":.*two examples' run/log.jsonl || complain "the log lacks the note"
[ "$(grep -c '"notes"' run/log.jsonl)" = 1 ] || complain "a note is in the log more than once"
[ "$failures" = 0 ] && echo "learnable: as expected"
exit "$failures"
