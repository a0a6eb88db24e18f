#!/bin/sh
# unreadable_state.sh PROGRAM - a run never writes a model that cannot be read: an optimiser state that is
# infinite ends it, and large losses are read again; decay and rate together may not turn weights around.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1
quick="--no-report --angles none --quiet --schedule constant --force"

# ---- gradients whose squares overflow
awk 'BEGIN { print "a,b,kind"
    for (i = 0; i < 60; i++) printf "%de20,%de20,k%d\n", i * 37 % 101 + 1, i * 53 % 97 + 1, i % 3 }' >big.csv
for optimizer in adam rmsprop; do
    expect 5 'diverged at step 8: "optimizer.mean_square.0.dense.weight" contains NaN or infinity' \
        "$program" train --data big.csv --normalize none --rule bp --net "dense 8, relu, dense 3" \
        --init fanin --epochs 3 --optimizer $optimizer --batch 8 --out big $quick
    for name in model best; do
        [ ! -f big/$name.safetensors ] ||
            expect 0 "" "$program" eval --model big/$name.safetensors --data big.csv
    done
done
expect 0 "" "$program" train --data big.csv --rule bp --net "dense 8, relu, dense 3" --epochs 3 \
    --out fine $quick
expect 0 "error" "$program" eval --model fine --data big.csv

# ---- a loss beyond 2^53
awk 'BEGIN { print "a,b,y"; for (i = 0; i < 60; i++) print i % 7 "," i % 11 "," i * 0.5 }' >targets.csv
expect 0 "" "$program" train --data targets.csv --rule bp --net "dense 8, relu, dense 1" \
    --init "uniform 1e6" --optimizer "sgd" --lr 1e-12 --epochs 1 --out large $quick
grep -q '"train_loss": [0-9.]*e[12][0-9]' large/result.json || complain "the loss is not large"
expect 0 "" "$program" train --resume large --epochs 2 --quiet

# ---- decay
expect 2 "multiplies each weight by 1 - 1.8 in each step" "$program" train --data targets.csv --rule kp \
    --lambda 0.9 --optimizer "sgd weight-decay 0.9" --lr 1 --net "dense 8, tanh, dense 1" --out turned $quick

# ---- a warm-up that is never finished
"$program" train --data targets.csv --rule bp --net "dense 8, tanh, dense 1" --schedule "cosine warmup 4" \
    --epochs 4 --lr 0.01 >out.txt 2>&1
grep -q 'raises the rate in all 4 epochs, and does not reach 0.01' out.txt ||
    complain "no note: $(cat out.txt)"

[ "$failures" = 0 ] && echo "unreadable_state: all as expected"
exit "$failures"
