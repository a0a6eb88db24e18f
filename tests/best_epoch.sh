#!/bin/sh
# best_epoch.sh PROGRAM - the figures of the best epoch in result.json and on the terminal, also after
# --resume, equal those that eval computes from best.safetensors; the learning rate is not halved while the
# loss of a regression falls.
. "$(dirname "$0")/shell/expect.sh"
awk 'BEGIN { print "a,b,kind"
    for (i = 0; i < 300; i++)
        printf "%.4f,%.4f,%s\n", sin(7 * i), cos(5 * i), ((i * 37) % 11 < 5 ? "x" : "y") }' >noise.csv
head -n 121 noise.csv >train.csv
{ head -n 1 noise.csv; tail -n 180 noise.csv; } >test.csv
awk 'BEGIN { print "a,b,y"
    for (i = 0; i < 200; i++) {
        a = sin(7 * i); b = cos(5 * i);
        printf "%.4f,%.4f,%.4f\n", a, b, 3 * a - 2 * b + a * b + 10
    } }' >line.csv
field() { sed -n "s/.*\"$2\": \"\{0,1\}\([-0-9a-zA-Z.+]*\).*/\1/p" "$1" | head -n 1; }
json_field() { sed -n "s/.*\"$2\":\([-0-9a-zA-Z.+]*\).*/\1/p" "$1" | head -n 1; }
same() { [ -n "$2" ] && [ "$2" = "$3" ] || complain "$1: \"$2\" and \"$3\", expected the same"; }

# ---- classes: random labels, on which the validation error rises with more training
net="dense 30, tanh, dense 2"
expect 0 "best on the validation set: epoch" "$program" train --data train.csv --test test.csv --net "$net" \
    --init fanin --lr 0.01 --schedule constant --val 40 --patience 4 --epochs 60 --out run
best=$(field run/result.json best_epoch)
grep -q "best on the validation set: epoch $best, val .* %, test .* %; kept in best.safetensors" out.txt ||
    complain "the terminal does not tell epoch $best"
[ "$best" -lt "$(field run/result.json epoch)" ] ||
    complain "the best epoch is the last: nothing is shown by this run"
line=$(grep "\"epoch\": $best," run/log.jsonl)
for key in train_loss val_loss val_error test_loss test_error; do
    same "best_$key" "$(field run/result.json "best_$key")" \
        "$(echo "$line" | sed -n "s/.*\"$key\": \([-0-9.e+]*\).*/\1/p")"
done
"$program" eval --model run/best.safetensors --data test.csv --json --quiet >eval.json 2>/dev/null
same "eval of best.safetensors" "$(json_field eval.json error)" "$(field run/result.json best_test_error)"
same "eval of best.safetensors" "$(json_field eval.json loss)" "$(field run/result.json best_test_loss)"
"$program" eval --model run/model.safetensors --data test.csv --json --quiet >eval.json 2>/dev/null
same "eval of model.safetensors" "$(json_field eval.json loss)" "$(field run/result.json test_loss)"
expect 0 "this is run/best.safetensors, of epoch $best, the best on the \
validation set; the last epoch's is run/model" \
    "$program" eval --model run --data test.csv
expect 0 "of epoch $best, the best" "$program" info run
"$program" eval --model run/model.safetensors --data test.csv 2>&1 | grep "best" &&
    complain "a note of best.safetensors where it is not taken"

# ---- the same after --resume, also if the best epoch was before the interruption
"$program" train --data train.csv --test test.csv --net "$net" --init fanin --lr 0.01 --schedule constant \
    --val 40 --patience 4 --epochs "$best" --out part --quiet >/dev/null 2>&1
expect 0 "best on the validation set: epoch $best" "$program" train --resume part --epochs 60
for key in best_epoch best_val_error best_test_error best_test_loss; do
    same "$key after --resume" "$(field run/result.json $key)" "$(field part/result.json $key)"
done

# ---- regression: rmse, mae and r2; the learning rate is not halved while the loss falls
expect 0 "rmse" "$program" train --data line.csv --loss mse --rule bp --net "dense 20, tanh, dense 1" \
    --val 0.2 --test-fraction 0.2 --lr 1e-3 --schedule auto --epochs 20 --out numbers
awk -F'"lr": ' '{ sub(/,.*/, "", $2); if ($2 != 0.001) exit 1 }' numbers/log.jsonl ||
    complain "the rate was halved while the loss fell"
"$program" eval --model numbers/best.safetensors --data line.csv --json --quiet >/dev/null 2>&1 ||
    complain "best.safetensors of numbers"
for key in best_val_rmse best_test_rmse best_test_r2 best_val_loss; do
    [ -n "$(field numbers/result.json $key)" ] || complain "result.json has no $key"
done
grep -q "\"best_train_rmse\"" numbers/result.json && complain "result.json has an rmse that is not measured"
# control: a learning rate so large that the loss oscillates is halved
"$program" train --data line.csv --loss mse --rule bp --net "dense 20, tanh, dense 1" --optimizer sgd \
    --lr 1.2 --batch 64 --schedule auto --epochs 60 --out restless --quiet >/dev/null 2>&1
awk -F'"lr": ' '{ sub(/,.*/, "", $2); if ($2 < 1) found = 1 } END { exit !found }' restless/log.jsonl ||
    complain "no halving where the loss does not fall"

# ---- stopped and resumed with the schedule auto: the loss of the first epoch is restored
go() { "$program" train --data line.csv --loss mse --net "dense 20, tanh, dense 1" --optimizer sgd --lr 0.5 \
    --schedule auto --quiet "$@" >/dev/null 2>&1; }
go --epochs 12 --out whole
go --epochs 3 --out cut
"$program" train --resume cut --epochs 12 --quiet >/dev/null 2>&1
same "auto after --resume" "$(field whole/result.json weights_hash)" "$(field cut/result.json weights_hash)"

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "best epoch: as expected"
