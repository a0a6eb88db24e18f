#!/bin/sh
# compare.sh PROGRAM - how compare chooses learning rates, --val and --patience in compare, its figures as
# JSON, and a message for options that it would ignore.
. "$(dirname "$0")/shell/expect.sh"
awk 'BEGIN { print "a,b,kind"
    for (i = 0; i < 400; i++)
        printf "%.4f,%.4f,%s\n", sin(7 * i), cos(5 * i),
            (sin(7 * i) * cos(5 * i) > 0 ? "x" : "y") }' >table.csv
awk 'BEGIN { print "a,b,y"
    for (i = 0; i < 200; i++) {
        a = sin(7 * i); b = cos(5 * i);
        printf "%.4f,%.4f,%.4f\n", a, b, 3 * a - 2 * b + 10
    } }' >line.csv
set_of="--data table.csv --test-fraction 0.2 --rules dfa,bp --init fanin"
net="dense 16, tanh, dense 2"

# ---- by default each rate is tried for as many epochs as the run has
expect 0 "2 rules x 2 rates x 6 epochs" "$program" compare $set_of --net "$net" --epochs 6 --rates 1e-3,1e-2
grep -q "about 1.8 times the work of the 2 runs of 6 epochs" out.txt || complain "the cost: $(cat out.txt)"
expect 0 "2 rules x 2 rates x 1 epoch, " "$program" compare $set_of --net "$net" --epochs 6 \
    --rates 1e-3,1e-2 --rate-epochs 1
# Advice to train longer is printed for the runs only, not for the trials, whose length has its own option.
expect 0 "dfa: hardly trained" "$program" compare $set_of --net "$net" --epochs 2 --rates 1e-6,1e-5 \
    --rate-epochs 1
grep "at 1e-[56]: hardly trained" out.txt && complain "advice for a trial of a rate"
# The figure that decides between rates is that of a training of the same length on the same split: `train`
# prints the same one.
expect 0 "lr 0.01" "$program" compare $set_of --net "$net" --epochs 6 --rates 0.01 --rules bp --val 0.1
judged=$(sed -n 's/^bp  *lr 0.01  *validation error \(.*\) %, loss .*$/\1/p' out.txt)
"$program" train --data table.csv --test-fraction 0.2 --rule bp --init fanin --net "$net" --epochs 6 \
    --lr 0.01 --val 0.1 >train.txt 2>/dev/null
trained=$(sed -n 's/^epoch 6.* val \([0-9.]*\) %.*/\1/p' train.txt)
[ -n "$judged" ] && [ "$judged" = "$trained" ] || complain "compare reports $judged %, but train $trained %"

# ---- among equal errors the loss decides, whatever the order of the rates
for rates in 1e-9,1e-4 1e-4,1e-9; do
    expect 0 "bp       lr 1e-9     validation error" "$program" compare $set_of --rules bp --net "$net" \
        --epochs 1 --rates $rates
    [ "$(sed -n 's/.*validation error \(.*\), loss.*/\1/p' out.txt | sort -u | wc -l)" = 1 ] ||
        complain "the errors are not equal"
    grep -q "^bp .*fanin *1e-4" out.txt ||
        { complain "--rates $rates: not the rate of the least loss"; cat out.txt; }
done
expect 2 "omit --rules" "$program" compare --data table.csv --net "$net" --rules all
expect 2 "names one rate twice: 1e-3 and 0.001" "$program" compare $set_of --net "$net" --rates 1e-3,0.1,0.001
# ---- the head lists options that differ from the defaults, and each line of --json contains them
expect 0 "loss bce, reduction sum, stop paper, memory low" "$program" compare $set_of \
    --rules dfa --net "$net" --preset nokland2016 --epochs 1 --precision bf16 --memory low
grep -q "^precision  bf16" out.txt || complain "compare does not tell the precision: $(cat out.txt)"
grep -q "^preset     nokland2016, with other values for: epochs 1$" out.txt ||
    complain "compare does not tell the preset: $(cat out.txt)"
expect 0 '"reduction":"sum","stop":"paper","precision":"float32","memory":"normal"' "$program" compare \
    $set_of --rules dfa --net "$net" --preset nokland2016 --epochs 1 --json
expect 0 "the work of the 1 run of 1 epoch; --rate" "$program" compare $set_of --rules dfa --net "$net" \
    --preset nokland2016 --epochs 1 --rates 1e-3,1e-4
grep -q "^preset .*lr" out.txt && complain "--rates: the preset's line names a rate"
expect 0 "1 regression target" "$program" train --data line.csv --target number --epochs 1

# ---- a note that concerns several rules is printed once
expect 0 "bp, dfa: the option lambda has no effect on this rule: it is kp's and dkp's" "$program" compare \
    --data table.csv --rules bp,dfa,kp --net "$net" --epochs 1 --lambda 1e-3
expect 0 "bp, linear: the option feedback has no effect on this rule, which has no feedback" "$program" \
    compare --data table.csv --rules bp,dfa,linear --net "$net" --epochs 1 --feedback lillicrap
expect 3 "this applies to rule dfa: --rules names" "$program" compare --data table.csv --rules bp,dfa \
    --net "$net" --epochs 1 --feedback table.npz
expect 0 "" "$program" compare --data table.csv --rules bp --net "$net" --epochs 0
grep -q nan out.txt && complain "a speed of no epoch: $(cat out.txt)"

# ---- --val and --patience
expect 0 "best epoch: val, test error" "$program" compare $set_of --net "$net" --epochs 4 --val 0.2
grep -q "^dfa .* %, .* %$" out.txt || { complain "no best epoch in the row"; cat out.txt; }
expect 0 "validation error" "$program" compare $set_of --net "$net" --epochs 50 --val 0.2 --patience 3 \
    --rates 1e-2,1e-1
expect 2 "needs a validation set" "$program" compare $set_of --net "$net" --patience 3
"$program" compare $set_of --net "$net" --epochs 300 --val 0.2 --patience 2 --lr 0.1 --json --quiet \
    --out runs >rows.json 2>/dev/null
for rule in dfa bp; do
    grep "\"rule\":\"$rule\"" rows.json | grep -q '"best_epoch":.*"best_test_error":' ||
        complain "--json: no best epoch of $rule"
    grep -q '"stop": "patience"' runs/$rule/result.json || complain "$rule was not stopped by its patience"
done

# ---- regression
"$program" compare --data line.csv --loss mse --test-fraction 0.2 --rules bp --net "dense 8, tanh, dense 1" \
    --epochs 2 --json --quiet >rows.json 2>/dev/null
grep -q '"test_error":null,"test_loss":.*"test_rmse":.*"test_r2":' rows.json ||
    complain "--json of numbers: $(cat rows.json)"
expect 0 "rmse" "$program" compare --data line.csv --loss mse --test-fraction 0.2 --val 0.2 \
    --rules bp,linear --net "dense 8, tanh, dense 1" --epochs 3 --rates 1e-3,1e-2

# ---- options that would have no effect are refused
expect 2 "rate-epochs needs --rates" "$program" compare $set_of --net "$net" --rate-epochs 2
expect 2 "expected one of the two" "$program" compare $set_of --net "$net" --lr 0.1 --rates 0.1,0.2
expect 2 "compare takes a list of rules, --rules" "$program" compare --data table.csv --net "$net" --rule dfa
expect 2 "expected a whole number" "$program" compare $set_of --net "$net" --rates 0.1 --rate-epochs few
expect 2 "expected a whole number" "$program" compare $set_of --net "$net" --rates 0.1 --rate-epochs 0

expect 2 "add --out DIR" "$program" compare $set_of --net "$net" --force
expect 2 "add --out DIR" "$program" train --data table.csv --net "$net" --force
for option in "--val 0.1" "--test table.csv" "--test-fraction 0.2" "--split-seed 2"; do
    expect 2 "no option" "$program" eval --model runs/dfa --data table.csv $option
    expect 2 "no option" "$program" predict --model runs/dfa --data table.csv --output answers.csv $option
done

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "compare: as expected"
